package derive

import (
	"encoding/binary"
	"math"

	"github.com/odograph/odograph/pkg/condition"
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/pkg/track"
	"github.com/odograph/odograph/pkg/trip"
)

// A Profile is what is known of a vehicle beforehand and decides how it is
// judged.
type Profile struct {
	Class           driving.Class
	SpeedLimitKMH   schema.Opt[float64] // its own, in place of its class's
	TemperatureMinC schema.Opt[float64]
	TemperatureMaxC schema.Opt[float64]
}

// ProfileOf takes a profile from a device's definition.
func ProfileOf(d *schema.Device) Profile {
	return Profile{
		Class:           driving.ClassOf(d.VehicleClass),
		SpeedLimitKMH:   d.SpeedLimitKMH,
		TemperatureMinC: d.TemperatureMinC, TemperatureMaxC: d.TemperatureMaxC,
	}
}

// Env is what a device is judged with now. It stays the same between a Fork of
// the device and its Finish; after that it may be set for another device. One
// Env serves one goroutine.
type Env struct {
	IMEI    string
	Rules   *Rules
	Profile Profile
	Driver  string // by the device's definition, of trips in which nobody signed in

	// Rejected is told why fixes that looked like an event led to none; it may
	// be nil. Entries that are judged again are told of only where the reason is new.
	Rejected func(reason string, at int64)

	// Limits gives the speed limits that hold at a fix beside the vehicle's own:
	// that of a fence, that of a road. It may be nil. It must depend on nothing
	// but the fix.
	Limits func(f *timeline.Fix) driving.Limits

	// Fences says how positions lie to the fences that are there for the device;
	// nil: there are none. A change of fences is no new setup: what was derived
	// stays as it is, and from Since of its settings on a device is judged by the
	// new version.
	Fences geofence.View

	outs     *outs
	follower follower
}

// A listener hears what detectors say, and why they say nothing.
type listener interface {
	hear(*content)
	reject(reason string, at int64)
}

// outs are the ways out of the detectors, made once.
type outs struct {
	to        listener
	seen      int64 // time of the entry that is judged
	driving   driving.Out
	trip      trip.Out
	condition condition.Out
	geofence  geofence.Out
	limitAt   driving.LimitAt
}

func (o *outs) say(k key, record any, ongoing bool) {
	o.to.hear(&content{key: k, record: record, ongoing: ongoing, seen: o.seen})
}

func (env *Env) newOuts() *outs {
	o := &outs{}
	o.driving = driving.Out{
		Event:  func(ev *driving.Event) { env.drivingEvent(ev, o.say) },
		Reject: func(reason driving.Reason, at int64) { o.to.reject(reason.String(), at) },
	}
	o.trip = trip.Out{
		Trip: func(t *trip.Trip) { env.trip(t, o.say) },
		Stop: func(s *trip.Stop) { env.stop(s, o.say) },
	}
	o.condition = condition.Out{Event: func(ev *condition.Event) { env.condition(ev, o.say) }}
	o.geofence = geofence.Out{
		Event: func(ev *geofence.Event) { env.geofence(ev, o.say) },
		Full:  func(_ string, at int64) { o.to.reject(rejectFences, at) },
	}
	o.limitAt = env.limitAt
	return o
}

// judges are the states of all detectors of one device. They are a value: a
// copy is independent.
type judges struct {
	head      track.Head
	last      timeline.Fix // the one before, that was believed
	driving   driving.State
	trip      trip.State
	condition condition.State
	geofence  geofence.State
}

// movingDKMH is a speed, 0.1 km/h, at which two fixes cannot share a position.
const movingDKMH = 100

// step takes the next entry in the order of event time through all detectors.
// A position that no vehicle gets to is seen by none of them. The trips come
// after the driving, whose view of what can be observed they count.
func (j *judges) step(env *Env, e timeline.Entry, to listener) {
	if env.outs == nil {
		env.outs = env.newOuts()
	}
	o, rules := env.outs, env.Rules
	o.to, o.seen = to, e.Time()
	f := e.Fix
	if f == nil {
		j.driving.Mark(&rules.Driving, env.drivingInput(), e.Mark, &o.driving)
		j.trip.Mark(&rules.Trip, e.Mark, &o.trip)
		j.condition.Mark(&rules.Condition, env.conditionInput(), e.Mark, &o.condition)
		if j.watches(env) {
			j.geofence.Mark(&rules.Geofence, env.Fences, e.Mark, &o.geofence)
		}
		return
	}
	switch j.believe(f) {
	case track.Jump:
		to.reject(rejectJump, f.Time)
		return
	case track.Moved:
		j.driving.Break(&rules.Driving, env.drivingInput(), f.Time, &o.driving)
		j.trip.Break(&rules.Trip, &o.trip)
		j.last = timeline.Fix{}
	}
	observable := j.last.Time != 0 && driving.Observable(&rules.Driving, &j.last, f)
	j.driving.Fix(&rules.Driving, env.drivingInput(), f, &o.driving)
	j.trip.Fix(&rules.Trip, f, observable, &o.trip)
	j.condition.Fix(&rules.Condition, env.conditionInput(), f, &o.condition)
	if j.watches(env) {
		j.geofence.Fix(&rules.Geofence, env.Fences, f, &o.geofence)
	}
	j.last = *f
}

// watches tells whether there are fences. Where there are none any more nothing of
// them is remembered: one that comes to be later under the same id is another.
func (j *judges) watches(env *Env) bool {
	if env.Fences == nil && j.geofence.Inside() {
		j.geofence = geofence.State{}
	}
	return env.Fences != nil
}

func (j *judges) believe(f *timeline.Fix) track.Verdict {
	verdict, head := j.head.Judge(track.Point{Second: f.Time, Lat: f.Lat(), Lng: f.Lng()}, f.SpeedDKMH >= movingDKMH)
	j.head = head
	return verdict
}

const (
	rejectJump   = "jump"
	rejectFences = "too_many_fences" // the device is in more than can be followed
)

func (env *Env) drivingInput() driving.Input {
	in := driving.Input{Class: env.Profile.Class}
	if env.Limits != nil || env.Profile.SpeedLimitKMH.Valid {
		in.LimitAt = env.outs.limitAt
	}
	return in
}

// limitAt is the lowest limit that holds at a fix.
func (env *Env) limitAt(f *timeline.Fix) (kmh float64, source string) {
	var l driving.Limits
	if env.Limits != nil {
		l = env.Limits(f)
	}
	if l.OwnKMH = env.Profile.SpeedLimitKMH.Value; l.OwnKMH == 0 {
		l.OwnKMH = env.Rules.Driving.Speeding.Own(env.Profile.Class)
	}
	return l.Lowest()
}

func (env *Env) conditionInput() condition.Input {
	return condition.Input{
		TemperatureMinC: orNaN(env.Profile.TemperatureMinC), TemperatureMaxC: orNaN(env.Profile.TemperatureMaxC),
	}
}

func orNaN(o schema.Opt[float64]) float64 {
	if !o.Valid {
		return math.NaN()
	}
	return o.Value
}

func (j *judges) append(dst []byte) []byte {
	dst = j.head.Append(dst)
	dst = appendFix(dst, &j.last)
	dst = j.driving.Append(dst)
	dst = j.trip.Append(dst)
	dst = j.condition.Append(dst)
	return j.geofence.Append(dst)
}

// decode reads them from a base of a version.
func (j *judges) decode(b []byte, version byte) (rest []byte, err error) {
	parts := []func([]byte) ([]byte, error){
		j.head.Decode,
		func(b []byte) ([]byte, error) { return parseFix(b, &j.last) },
		j.driving.Decode, j.trip.Decode, j.condition.Decode, j.geofence.Decode,
	}
	if version == baseWithoutFences {
		parts = parts[:len(parts)-1]
	}
	for _, part := range parts {
		if b, err = part(b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func appendFix(dst []byte, f *timeline.Fix) []byte {
	for _, v := range [...]int64{f.Time, int64(f.LatE6), int64(f.LngE6), int64(f.SpeedDKMH), int64(f.HeadingDeg), int64(f.Satellites), int64(f.ACC), f.OdometerM} {
		dst = binary.AppendVarint(dst, v)
	}
	return appendBool(dst, f.Old)
}

func parseFix(b []byte, f *timeline.Fix) ([]byte, error) {
	u := unpacker{b: b}
	*f = timeline.Fix{
		Time: u.varint(), LatE6: int32(u.varint()), LngE6: int32(u.varint()), SpeedDKMH: int32(u.varint()),
		HeadingDeg: int32(u.varint()), Satellites: int32(u.varint()), ACC: int32(u.varint()), OdometerM: u.varint(), Old: u.byte() != 0,
	}
	return u.b, u.err
}

func (p *Profile) append(dst []byte) []byte {
	dst = append(dst, byte(p.Class))
	dst = appendOptFloat(dst, p.SpeedLimitKMH)
	dst = appendOptFloat(dst, p.TemperatureMinC)
	return appendOptFloat(dst, p.TemperatureMaxC)
}

func (p *Profile) parse(u *unpacker) {
	p.Class = driving.Class(u.byte())
	p.SpeedLimitKMH, p.TemperatureMinC, p.TemperatureMaxC = u.optFloat(), u.optFloat(), u.optFloat()
}
