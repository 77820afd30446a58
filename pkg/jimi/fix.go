package jimi

import (
	"fmt"
	"math"
	"time"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/schema"
)

// DecodeFix decodes one position of the GPS push, the TAG push, a fleet poll, a
// poll of single devices or a track poll into dst, which it overwrites. It does not
// allocate for items of the usual form. The error is an *Error.
//
// The fix time is cut to the second, which is a fix's identity. The position
// (0, 0) is taken as it is: flagging it is the enricher's work, as are all
// flags but schema.QualityFieldInvalid. The cells are left 0.
//
// Where the sources differ: status means position bits only in the GPS push
// (elsewhere it says whether the device is online); distance is the odometer
// in metres only in the GPS push (polled answers carry a distance whose meaning
// is in no document); currentMileage is kilometres, the mileage of old answers
// metres. accStatus or acc is the ignition, ignition stands in for it.
func DecodeFix(dst *schema.Fix, raw *Raw) error {
	device, err := raw.device()
	*dst = schema.Fix{Item: device}
	d := fixDecoder{fix: dst, push: raw.Kind == KindGPS, received: raw.Headers.Received}
	if walk := jsonscan.ShallowObject(raw.Value, func(key, value []byte) error {
		d.field(key, value)
		return nil
	}); walk != nil {
		return itemError(raw.Kind, walk)
	}
	if err != nil {
		return err
	}
	return d.finish(raw)
}

// A fixDecoder is one walk over an item. What a fix cannot do without is kept
// as it stands and read at the end, so that the error does not depend on the
// order of the fields.
type fixDecoder struct {
	fix      *schema.Fix
	push     bool // the GPS push, not a polled answer
	received time.Time

	gpsTime, lat, lng []byte
	msg, data         []byte // envelopes that may hold all of them
	ignition          schema.Opt[bool]
	mileageM          schema.Opt[float64] // of old polled answers
	garbage           bool                // an optional field could not be read
}

func (d *fixDecoder) field(key, value []byte) {
	f := d.fix
	switch string(key) {
	case "gpsTime":
		d.gpsTime = value
	case "lat":
		d.lat = value
	case "lng":
		d.lng = value
	case "gateTime":
		t, s := instant(value)
		if s == present && !plausible(t, d.received) {
			s = garbage
		}
		set(d, &f.GateTime, t, s)
	case "gpsSpeed", "speed":
		v, s := atLeastZero(value)
		set(d, &f.SpeedKMH, v, s)
	case "direction", "directions": // the second in answers about tags
		v, s := between(value, 360)
		set(d, &f.HeadingDeg, v, s)
	case "satelliteNum", "gpsNum", "satellite":
		d.count(&f.Satellites, value)
	case "acc", "accStatus":
		v, s := onOff(value)
		set(d, &f.ACC, v, s)
	case "ignition":
		v, s := onOff(value)
		set(d, &d.ignition, v, s)
	case "altitude":
		v, s := number(value)
		set(d, &f.AltitudeM, v, s)
	case "postType", "posType", "positionType":
		p, s := posType(value)
		f.PosType = p
		d.garbage = d.garbage || s == garbage
	case "postMethod":
		d.count(&f.PostMethod, value)
	case "gpsMode":
		d.count(&f.GPSMode, value)
	default:
		d.sourceField(key, value)
	}
}

// open reads the fix out of an envelope where the item itself holds none.
func (d *fixDecoder) open() {
	for _, envelope := range [...][]byte{d.msg, d.data} {
		if d.gpsTime != nil || d.lat != nil || d.lng != nil || len(envelope) == 0 {
			continue
		}
		_ = within(envelope, func(key, value []byte) error { // the whole item was checked
			d.field(key, value)
			return nil
		})
	}
}

// sourceField reads the fields that mean something else, or nothing that is
// documented, in another source.
func (d *fixDecoder) sourceField(key, value []byte) {
	f := d.fix
	switch {
	case d.push && string(key) == "distance":
		v, s := atLeastZero(value)
		set(d, &f.OdometerM, v, s)
	case d.push && string(key) == "status":
		v, s := whole(value, math.MinInt32, 1<<53)
		set(d, &f.Status, v, s)
	case !d.push && string(key) == "currentMileage":
		km, s := atLeastZero(value)
		set(d, &f.OdometerM, metres(km), s)
	case !d.push && string(key) == "mileage":
		v, s := atLeastZero(value)
		set(d, &d.mileageM, v, s)
	default:
		d.otherField(key, value)
	}
}

// otherField keeps an envelope, and reads a name in another spelling.
func (d *fixDecoder) otherField(key, value []byte) {
	switch name := vendorName(key); {
	case name != "":
		d.field([]byte(name), value)
	case string(key) == "msg":
		d.msg = value
	case string(key) == "data":
		d.data = value
	}
}

// set takes what was read of an optional field. The last of several members of
// one name counts, as in any JSON reader.
func set[T any](d *fixDecoder, field *schema.Opt[T], v T, s state) {
	*field = schema.Opt[T]{}
	switch s {
	case present:
		*field = schema.Some(v)
	case garbage:
		d.garbage = true
	}
}

// count reads a number of things or a code.
func (d *fixDecoder) count(field *schema.Opt[int32], value []byte) {
	v, s := whole(value, -1, math.MaxInt32)
	if s == present && v == -1 {
		s = absent
	}
	set(d, field, int32(v), s)
}

// finish reads what a fix cannot do without.
func (d *fixDecoder) finish(raw *Raw) error {
	if d.gpsTime == nil && d.lat == nil && d.lng == nil {
		d.open()
	}
	t, err := requiredTime(raw.Kind, "gpsTime", d.gpsTime, d.received)
	if err != nil {
		return err
	}
	f := d.fix
	f.FixTime = time.Unix(t.Unix(), 0).UTC()
	if f.Lat, err = degrees(raw.Kind, "lat", d.lat, 90); err != nil {
		return err
	}
	if f.Lng, err = degrees(raw.Kind, "lng", d.lng, 180); err != nil {
		return err
	}
	if !f.ACC.Valid {
		f.ACC = d.ignition
	}
	if !f.OdometerM.Valid {
		f.OdometerM = d.mileageM
	}
	if d.garbage {
		f.Quality = []schema.Quality{schema.QualityFieldInvalid}
	}
	return nil
}

// degrees reads a coordinate within ±most.
func degrees(kind, field string, value []byte, most float64) (float64, error) {
	v, s := number(value)
	switch {
	case s == absent:
		return 0, missing(kind, field)
	case s == garbage:
		return 0, invalid(kind, field, value, "decimal degrees")
	case v < -most || v > most:
		return 0, &Error{Reason: schema.ReasonPositionInvalid, Kind: kind, Field: field,
			Err: fmt.Errorf("%s is not on this planet, want -%v to %v degrees", clip(value), most, most)}
	}
	return v, nil
}

// metres is a distance in kilometres as metres, to the millimetre.
func metres(km float64) float64 { return math.Round(km*1e6) / 1e3 }

// posType reads how a position was found: a number (push, track poll) or a
// word (location polls).
func posType(value []byte) (schema.PosType, state) {
	b, s := text(value)
	if s != present {
		return "", s
	}
	switch {
	case is(b, "1", "GPS"):
		return schema.PosGPS, present
	case is(b, "2", "LBS"):
		return schema.PosLBS, present
	case is(b, "3", "WIFI"):
		return schema.PosWiFi, present
	case is(b, "5", "BEACON"):
		return schema.PosBeacon, present
	}
	return "", garbage
}

// is compares with a code and, without case, with a word.
func is(b []byte, code, word string) bool {
	return string(b) == code || equalFold(b, word)
}
