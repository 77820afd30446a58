package jimi

import (
	"errors"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// An Output is one record that an item becomes.
type Output struct {
	Topic  schema.Topic
	Record any // a pointer to the topic's type
}

// Decode decodes an item of any class but ClassFix, see DecodeFix, and appends
// what it becomes to dst: one record, or several of the same raw place. at is
// the item's own time, zero if it has none. An item that is not what the name of
// its kind makes believe is a message. The error is an *Error.
func Decode(dst []Output, kind Kind, raw *Raw) (out []Output, at time.Time, err error) {
	out, at, err = decodeClass(dst, kind, raw)
	if err != nil && kind.guessed() {
		return decodeMessage(dst, raw)
	}
	return out, at, err
}

func decodeClass(dst []Output, kind Kind, raw *Raw) (out []Output, at time.Time, err error) {
	switch kind.Class {
	case ClassHeartbeat:
		r, err := DecodeHeartbeat(raw)
		return output(dst, schema.TopicHeartbeats, &r, r.EventTime, err)
	case ClassSession:
		r, err := DecodeSession(raw)
		return output(dst, schema.TopicSessions, &r, r.EventTime, err)
	case ClassAlarm:
		return decodeAlarms(dst, raw)
	case ClassSensor:
		r, err := DecodeSensor(raw)
		return output(dst, schema.TopicSensors, &r, r.EventTime, err)
	case ClassMedia:
		r, err := DecodeMedia(raw)
		at := r.EventTime
		if at.Equal(raw.Headers.Received) { // it names no time
			at = time.Time{}
		}
		return output(dst, schema.TopicMedia, &r, at, err)
	case ClassOBD:
		r, err := DecodeOBD(raw)
		return output(dst, schema.TopicOBD, &r, r.EventTime, err)
	case ClassFault:
		r, err := DecodeFault(raw)
		return output(dst, schema.TopicFaults, &r, r.EventTime, err)
	case ClassUndecodable:
		return dst, at, &Error{Reason: schema.ReasonBodyUndecodable, Kind: kind.Name, Err: errors.New(
			"the request's body holds no items: want a form or JSON with data_list, see the vendor's integration guide")}
	default:
		return decodeMessage(dst, raw)
	}
}

func output(dst []Output, topic schema.Topic, record any, at time.Time, err error) ([]Output, time.Time, error) {
	if err != nil {
		return dst, time.Time{}, err
	}
	return append(dst, Output{topic, record}), at, nil
}

func decodeAlarms(dst []Output, raw *Raw) ([]Output, time.Time, error) {
	alarms, err := DecodeAlarm(raw)
	if errors.Is(err, ErrNotAlarm) {
		return decodeMessage(dst, raw)
	}
	if err != nil {
		return dst, time.Time{}, err
	}
	for i := range alarms {
		dst = append(dst, Output{schema.TopicAlarms, &alarms[i]})
	}
	return dst, alarms[0].EventTime, nil
}

func decodeMessage(dst []Output, raw *Raw) ([]Output, time.Time, error) {
	r, err := DecodeMessage(raw)
	return output(dst, schema.TopicMessages, &r, r.EventTime.Value, err)
}
