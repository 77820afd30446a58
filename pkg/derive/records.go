package derive

import (
	"math"
	"strconv"

	"github.com/odograph/odograph/pkg/condition"
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/pkg/trip"
)

// say is how a detector's event becomes a content.
type say func(k key, record any, ongoing bool)

// some is a number of a detector, NaN where it has none.
func some(v float64) schema.Opt[float64] {
	if math.IsNaN(v) {
		return schema.Opt[float64]{}
	}
	return schema.Some(v)
}

func degrees(latE6, lngE6 int32) (lat, lng schema.Opt[float64]) {
	if latE6 == timeline.NoPosition || lngE6 == timeline.NoPosition {
		return lat, lng
	}
	return schema.Some(float64(latE6) / 1e6), schema.Some(float64(lngE6) / 1e6)
}

func (env *Env) drivingEvent(ev *driving.Event, say say) {
	r := &schema.DrivingEvent{}
	ev.Fill(r)
	say(key{kind: string(ev.Kind), start: ev.Start}, r, false)
}

func (env *Env) trip(t *trip.Trip, say say) {
	r := &schema.Trip{
		StartTime: moment(t.Start), EndTime: moment(t.End), DistanceM: t.DistanceM, MaxSpeedKMH: t.MaxSpeedKMH, IdleS: t.IdleS,
		Ongoing: t.Ongoing, DrivingS: schema.Some(t.DrivingS), ObservableS: schema.Some(t.ObservableS), Fixes: schema.Some(t.Fixes),
		LongestGapS: schema.Some(float64(t.LongestGapS)), OdometerM: t.OdometerM, EndReason: t.EndReason,
		Driver: t.Driver, DriverSource: t.DriverSource,
	}
	if t.DrivingS > 0 {
		r.ObservableShare = schema.Some(t.ObservableS / t.DrivingS)
	}
	if r.Driver == "" && env.Driver != "" {
		r.Driver, r.DriverSource = env.Driver, DriverDevice
	}
	r.StartLat, r.StartLng = degrees(t.StartLatE6, t.StartLngE6)
	r.EndLat, r.EndLng = degrees(t.EndLatE6, t.EndLngE6)
	say(key{kind: "trip", start: t.Start}, r, t.Ongoing)
}

// stop says a stop, and an idling as driving behaviour too.
func (env *Env) stop(s *trip.Stop, say say) {
	r := &schema.Stop{StartTime: moment(s.Start), EndTime: moment(s.End), Kind: s.Kind, Ongoing: s.Ongoing}
	lat, lng := degrees(s.LatE6, s.LngE6)
	r.Lat, r.Lng = lat.Value, lng.Value
	say(key{kind: "stop", start: s.Start}, r, s.Ongoing) // without its kind: a parking may turn out to be an idling
	if s.Kind != trip.Idling {
		return
	}
	say(key{kind: string(schema.Idling), start: s.Start}, &schema.DrivingEvent{
		Kind: schema.Idling, StartTime: r.StartTime, EndTime: r.EndTime, Severity: schema.SeverityNone,
		Source: schema.EvidenceGPS, Sources: []schema.EvidenceSource{schema.EvidenceGPS}, Confidence: schema.ConfidenceMeasured,
		VehicleClass: env.Profile.Class.String(), Lat: lat, Lng: lng,
	}, s.Ongoing)
}

func (env *Env) condition(ev *condition.Event, say say) {
	r := &schema.ConditionEvent{
		Kind: ev.Kind, StartTime: moment(ev.Start), EndTime: moment(ev.End), Ongoing: ev.Ongoing,
		Channel: ev.Channel, Code: ev.Code, Unit: ev.Unit,
		ValueBefore: some(ev.ValueBefore), ValueAfter: some(ev.ValueAfter), ValueMin: some(ev.ValueMin), ValueMax: some(ev.ValueMax),
		LimitMin: some(ev.LimitMin), LimitMax: some(ev.LimitMax),
	}
	r.Lat, r.Lng = degrees(ev.LatE6, ev.LngE6)
	of := ev.Channel + "/" + ev.Unit // one sensor may give two units
	if ev.Code != "" {
		of = ev.Code
	}
	say(key{kind: string(ev.Kind), start: ev.Start, of: of}, r, ev.Ongoing)
}

func (env *Env) geofence(ev *geofence.Event, say say) {
	r := &schema.GeofenceEvent{
		FenceID: ev.Fence, FenceVersion: ev.Version, Kind: ev.Kind, At: moment(ev.At), ConfirmedAt: moment(ev.ConfirmedAt),
		Inferred: ev.Inferred,
	}
	r.Lat, r.Lng = float64(ev.LatE6)/1e6, float64(ev.LngE6)/1e6
	if ev.SpeedDKMH >= 0 {
		r.SpeedKMH = schema.Some(float64(ev.SpeedDKMH) / 10)
	}
	of := ev.Fence
	switch ev.Kind {
	case geofence.KindDwell:
		r.DwellS = schema.Some(float64(ev.DwellS))
		of += "/" + strconv.FormatInt(ev.DwellS, 10)
	case geofence.KindExit, geofence.KindInsideAtClose:
		r.DwellS = schema.Some(float64(ev.DwellS))
	}
	if ev.GapS > 0 {
		r.GapS = schema.Some(float64(ev.GapS))
	}
	say(key{kind: "geofence_" + ev.Kind, start: ev.At, of: of}, r, false)
}
