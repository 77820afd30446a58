package jimi

import (
	"bytes"
	"maps"

	"github.com/odograph/odograph/internal/jsonscan"
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
// gpsSpeed, speed or carSpeed, the first that is there. Value is alertValue, or
// standardAlarmValue: the bitmask of a JT/T 808 alarm 256, which may name
// several alarms at once. VoltageV takes msg.voltage as tenths of a volt.
//
// ErrNotAlarm tells that the item's type is ICCID or VIN: it is a message. Any
// other error is an *Error.
func DecodeAlarm(raw *Raw) (schema.Alarm, error) {
	f, err := alarmFields(raw)
	if err != nil {
		return schema.Alarm{}, err
	}
	if word, _ := text(f["type"]); equalFold(word, "ICCID") || equalFold(word, "VIN") {
		return schema.Alarm{}, ErrNotAlarm
	}
	device, err := raw.device()
	if err != nil {
		return schema.Alarm{}, err
	}
	a := schema.Alarm{Item: device, Raw: bytes.Clone(raw.Value)}
	if err := alarmKey(&a, raw.Kind, f); err != nil {
		return schema.Alarm{}, err
	}
	gate := f.time("gateTime", "pushTime")
	a.EventTime, err = firstTime(raw.Kind, raw.Headers.Received, f.time("alarmTime", "alertTime"), gate)
	if err != nil {
		return schema.Alarm{}, err
	}
	if t, s := instant(gate.value); s == present && plausible(t, raw.Headers.Received) {
		a.GateTime = schema.Some(t)
	}
	alarmDetails(&a, f)
	return a, nil
}

// alarmFields reads the item's fields with those of msg, an object or a string
// that holds one, laid over them.
func alarmFields(raw *Raw) (fields, error) {
	f, err := readFields(raw.Kind, raw.Value)
	if err != nil {
		return nil, err
	}
	msg := f["msg"]
	if len(msg) > 0 && msg[0] == '"' {
		msg, _ = jsonscan.AppendUnquoted(nil, msg)
	}
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
		a.Subtype = f.text("alarmType")
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
func alarmDetails(a *schema.Alarm, f fields) {
	a.Label = f.text("alarmLabel", "alarmSerialNo")
	a.Name = f.text("alarmName", "alarmTypeName", "alertTypeName", "alertName")
	a.Lat, a.Lng = f.position()
	a.SpeedKMH = f.atLeastZero("gpsSpeed", "speed", "carSpeed")
	a.Satellites = f.count("satelliteNum", "gpsNum")
	a.Value = f.number("alertValue", "standardAlarmValue")
	if v := f.atLeastZero("voltage"); v.Valid {
		a.VoltageV = schema.Some(v.Value / 10)
	}
	a.Level = f.count("alarmLevel")
	a.Status = f.count("alarmStatus")
	a.DriverID = f.text("driverId")
	a.DriverName = f.text("driverName")
	a.FenceID = f.text("fenceId", "geoid")
	a.File = f.text("file")
}
