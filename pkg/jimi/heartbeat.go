package jimi

import (
	"bytes"

	"github.com/odograph/odograph/pkg/schema"
)

// DecodeHeartbeat decodes a heartbeat. All but the device and the time is
// optional in what is really sent. The time is gateTime, else postTime. The
// error is an *Error.
func DecodeHeartbeat(raw *Raw) (schema.Heartbeat, error) {
	f, err := readContents(raw.Kind, raw.Value)
	if err != nil {
		return schema.Heartbeat{}, err
	}
	device, err := raw.device()
	if err != nil {
		return schema.Heartbeat{}, err
	}
	at, err := firstTime(raw.Kind, raw.Headers.Received, f.time("gateTime"), f.time("postTime"))
	if err != nil {
		return schema.Heartbeat{}, err
	}
	return schema.Heartbeat{
		Item:           device,
		EventTime:      at,
		BatteryPercent: f.percent("powerLevel"),
		GSMSignal:      whole32(f.percent("gsmSign")),
		ACC:            f.onOff("acc"),
		Charging:       f.onOff("powerStatus"),
		Fortified:      f.onOff("fortify"),
		OilCut:         f.onOff("oilEle"),
		Positioned:     f.onOff("gpsPos"),
		RemoteLock:     f.count("remoteLock"),
		Raw:            bytes.Clone(raw.Value),
	}, nil
}

// whole32 drops a value with a fraction.
func whole32(v schema.Opt[float64]) schema.Opt[int32] {
	if !v.Valid || v.Value != float64(int32(v.Value)) {
		return schema.Opt[int32]{}
	}
	return schema.Some(int32(v.Value))
}

// DecodeSession decodes a login or a logout; the platform writes the two words
// in any case. The error is an *Error.
func DecodeSession(raw *Raw) (schema.Session, error) {
	f, err := readContents(raw.Kind, raw.Value)
	if err != nil {
		return schema.Session{}, err
	}
	device, err := raw.device()
	if err != nil {
		return schema.Session{}, err
	}
	word, s := text(f["type"])
	var kind string
	switch {
	case s == absent:
		return schema.Session{}, missing(raw.Kind, "type")
	case equalFold(word, "LOGIN"):
		kind = "login"
	case equalFold(word, "LOGOUT"):
		kind = "logout"
	default:
		return schema.Session{}, invalid(raw.Kind, "type", f["type"], "LOGIN or LOGOUT")
	}
	at, err := firstTime(raw.Kind, raw.Headers.Received, f.time("gateTime"), f.time("postTime"))
	if err != nil {
		return schema.Session{}, err
	}
	return schema.Session{
		Item:      device,
		EventTime: at,
		Kind:      kind,
		Timezone:  f.text("timezone"),
		Raw:       bytes.Clone(raw.Value),
	}, nil
}
