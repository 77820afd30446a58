package jimi

import (
	"bytes"
	"strings"

	"github.com/odograph/odograph/pkg/schema"
)

// DecodeMessage keeps an item raw, with its device where it names one and its
// time where it has a usable one: the first of eventTime, alarmTime, alertTime,
// gpsTime, dataReportTime, startTime, gateTime and postTime. The error is an
// *Error: an item of a known kind that is not one JSON object. A push that is
// in no document may hold anything and is always taken.
func DecodeMessage(raw *Raw) (schema.Message, error) {
	f, err := readFields(raw.Kind, raw.Value)
	if err != nil && !strings.HasPrefix(raw.Kind, PrefixUnknown) {
		return schema.Message{}, err
	}
	m := schema.Message{Item: raw.item(), Kind: raw.Kind, Raw: bytes.Clone(raw.Value)}
	t, err := firstTime(raw.Kind, raw.Headers.Received,
		f.time("eventTime"), f.time("alarmTime"), f.time("alertTime"), f.time("gpsTime"),
		f.time("dataReportTime"), f.time("startTime"), f.time("gateTime"), f.time("postTime"))
	if err == nil {
		m.EventTime = schema.Some(t)
	}
	return m, nil
}
