package jimi

import (
	"bytes"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// DecodeAlarm decodes an alarm of the alarm push (in its envelope with msg, or
// flat as the reference prints it), of the Open API push, or of the alarm poll.
// Where a name occurs in the envelope and in msg, the one in msg counts, but
// for the envelope's own type, msgClass and gateTime.
//
// The code is alertType, else alertTypeId, else alarmType, a number or a word,
// kept as text. Beside an alertType, alarmType is the subtype. The alertType
// "removeAlarmType" announces the end of the alarm whose code stands in
// removeAlarmType.
//
// The time is alarmTime or alertTime; where the device's own clock gave nothing
// usable, it is gateTime, which is also a field of its own. The speed is
// gpsSpeed, speed or carSpeed, the first that is there. VoltageV takes
// msg.voltage as tenths of a volt.
//
// A JT/T 808 alarm 256 is a bitmask in standardAlarmValue that may name several
// alarms at once: each bit that is set is one alarm, whose subtype is the bit's
// number and whose Value is the mask. A mask without a bit, or none, is one
// alarm without a subtype.
//
// ErrNotAlarm tells that the item's type is ICCID or VIN: it is a message. Any
// other error is an *Error.
func DecodeAlarm(raw *Raw) ([]schema.Alarm, error) {
	a, f, err := decodeAlarm(raw)
	if err != nil {
		return nil, err
	}
	return alarmsOf(&a, f), nil
}

func decodeAlarm(raw *Raw) (schema.Alarm, fields, error) {
	f, err := alarmFields(raw)
	if err != nil {
		return schema.Alarm{}, nil, err
	}
	if word, _ := text(f["type"]); equalFold(word, "ICCID") || equalFold(word, "VIN") {
		return schema.Alarm{}, nil, ErrNotAlarm
	}
	device, err := raw.device()
	if err != nil {
		return schema.Alarm{}, nil, err
	}
	a := schema.Alarm{Item: device, Raw: bytes.Clone(raw.Value)}
	if err := alarmKey(&a, raw.Kind, f); err != nil {
		return schema.Alarm{}, nil, err
	}
	gate := f.time("gateTime", "pushTime")
	a.EventTime, err = firstTime(raw.Kind, raw.Headers.Received, f.time("alarmTime", "alertTime"), gate)
	if err != nil {
		return schema.Alarm{}, nil, err
	}
	if t, s := instant(gate.value); s == present && plausible(t, raw.Headers.Received) {
		a.GateTime = schema.Some(t)
	}
	alarmDetails(&a, f, raw.Headers.Received)
	return a, f, nil
}

// Of the JT/T 808 protocol, which platform-facts 2.3 lists.
const (
	classJTT     = 1
	codeBitmask  = "256"
	largeRaw     = 64 << 10 // bytes of an item beyond which only its first alarm carries them
	maxAlarmBits = 53       // more do not fit a JSON number
)

// alarmsOf splits a bitmask.
func alarmsOf(a *schema.Alarm, f fields) []schema.Alarm {
	v, _ := f.first("standardAlarmValue")
	mask, s := whole(v, math.MinInt32, 1<<maxAlarmBits-1)
	if a.MsgClass != classJTT || a.Code != codeBitmask || s != present || mask == 0 {
		return []schema.Alarm{*a}
	}
	if mask < 0 { // bit 31 of a sender whose numbers have a sign
		mask += 1 << 32
	}
	a.Value = schema.Some(float64(mask))
	var out []schema.Alarm
	for bit := range maxAlarmBits {
		if mask&(1<<bit) == 0 {
			continue
		}
		a.Subtype = strconv.Itoa(bit)
		out = append(out, *a)
		if len(a.Raw) > largeRaw { // or one request could grow to fifty times its size
			a.Raw = schema.Bytes{}
		}
	}
	return out
}

// alarmFields reads the item's fields with those of msg or data, an object or a
// string that holds one, laid over them.
func alarmFields(raw *Raw) (fields, error) {
	f, err := readFields(raw.Kind, raw.Value)
	if err != nil {
		return nil, err
	}
	msg := f.container("msg", "data")
	if len(msg) == 0 || msg[0] != '{' {
		return f, nil
	}
	inner, err := readFields(raw.Kind, msg)
	if err != nil {
		return nil, err
	}
	for _, name := range [...]string{"type", "msgClass", "gateTime"} {
		if outer := f[name]; outer != nil {
			inner[name] = outer
		}
	}
	maps.Copy(f, inner)
	return f, nil
}

// alarmKey reads what makes the alarm what it is: class, code, subtype.
func alarmKey(a *schema.Alarm, kind string, f fields) error {
	if v, _ := f.first("msgClass"); v != nil {
		class, s := whole(v, 0, 255)
		if s != present {
			return invalid(kind, "msgClass", v, "0 (JIMI protocol) or 1 (JT/T 808)")
		}
		a.MsgClass = int32(class)
	}
	code, name := f.first("alertType", "alertTypeId", "alarmType")
	if name == "alertType" {
		a.Subtype = strings.TrimSuffix(f.text("alarmType"), ".0")
	}
	if word, _ := text(code); equalFold(word, "REMOVEALARMTYPE") {
		a.Ended = true
		code, name = f.first("removeAlarmType")
	}
	word, s := text(code)
	switch s {
	case absent:
		return missing(kind, name)
	case garbage:
		return invalid(kind, name, code, "an alarm code, a number or a word")
	}
	a.Code = string(bytes.TrimSuffix(word, []byte(".0"))) // 212.0, as some of its numbers are printed
	return nil
}

// alarmDetails reads what an alarm may carry besides.
func alarmDetails(a *schema.Alarm, f fields, received time.Time) {
	a.Label = f.text("alarmLabel", "alarmSerialNo")
	a.Name = f.text("alarmName", "alarmTypeName", "alertTypeName", "alertName")
	a.Lat, a.Lng = f.position()
	a.SpeedKMH = f.atLeastZero("gpsSpeed", "speed", "carSpeed")
	a.Satellites = f.count("satelliteNum", "gpsNum")
	a.Value = f.number("alertValue", "standardAlarmValue")
	a.VoltageV = f.tenths("voltage")
	a.Level = f.count("alarmLevel")
	a.Status = f.count("alarmStatus")
	a.DriverID = f.text("driverId")
	a.DriverName = f.text("driverName")
	a.FenceID = f.text("fenceId", "geoid")
	a.File = f.text("file")
	a.Files = f.files("file")
	a.Serial = f.text("alarmSerialNo")
	a.GPSTime = f.moment(received, "gpsTime", "positioningTime")
	a.AltitudeM = f.number("altitude")
	v, _ := f.first("direction")
	a.HeadingDeg = option(between(v, 360))
	a.FatigueLevel = f.atLeastZero("fatigueLevel")
	a.CarStatus = f.flags("carStatus")
	a.SignalDropChannel = f.content("signalDropChannel")
	a.SignalCoverChannel = f.content("signalCoverChannel")
	a.StorageFaultChannel = f.content("storageFaultChannel")
	a.DrivingAlarmFlag = f.flags("drivingAlarmFlag")
	a.DeviceName = f.text("deviceName")
	a.Model = f.text("model")
}
