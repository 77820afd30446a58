package condition

import (
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/timeline"
)

// What is known of the ignition.
const (
	ignitionUnknown = 0
	ignitionOff     = 1
	ignitionOn      = 2
)

func ignitionOf(on bool) uint8 {
	if on {
		return ignitionOn
	}
	return ignitionOff
}

// approachMPS is the speed that a vehicle is taken to have driven with between
// two fixes: what is left of the time it stood.
const approachMPS = 30 / 3.6

// motion tells when the vehicle was at rest. Only where there is a fuel sensor
// is more kept than the last position and the ignition.
type motion struct {
	fixTime   int64 // of the last fix; 0: none yet
	lat, lng  int32 // of the last fix
	ignition  uint8
	anchorLat int32 // where the rest began
	anchorLng int32
	restSince int64 // 0: on the move, or not known
	restEnd   int64 // of the last rest that lasted long enough and is over; 0: none
	told      int64 // clock is right up to here
	clock     clock
}

// A clock counts seconds by what the vehicle did, since some moment.
type clock struct{ parked, idling, driving int64 }

func (c clock) since(o clock) clock {
	return clock{c.parked - o.parked, c.idling - o.idling, c.driving - o.driving}
}

// burn is the most that the level can have fallen by itself in that time.
func (c clock) burn(l *FuelLimits) float64 {
	return (float64(c.parked)*l.ParkedPerH + float64(c.idling)*l.IdlingPerH + float64(c.driving)*l.DrivingPerH) / 3600
}

func (m *motion) place(f *timeline.Fix) { m.fixTime, m.lat, m.lng = f.Time, f.LatE6, f.LngE6 }

// fix takes a position. Old coordinates that are sent again say nothing new.
func (m *motion) fix(r *FuelRules, f *timeline.Fix) {
	if f.Old {
		m.pass(f.Time)
		return
	}
	speed, known := f.SpeedKMH()
	still := !known || speed <= r.RestSpeedKMH || m.ignition == ignitionOff
	switch {
	case m.fixTime == 0 || m.told == 0: // told: fixes before the first fuel reading were only placed
		m.told = f.Time
		m.begin(f, still, f.Time)
	case m.restSince == 0:
		stood := m.stood(f, m.lat, m.lng)
		if stood >= int64(r.MinRestS) {
			m.restEnd = m.fixTime + stood
		}
		m.split(f.Time, stood)
		m.begin(f, still, f.Time-stood)
	case still && m.metres(f, m.anchorLat, m.anchorLng) <= r.RestRadiusM:
		m.pass(f.Time)
	default:
		stood := m.stood(f, m.lat, m.lng)
		if left := m.fixTime + stood; left-m.restSince >= int64(r.MinRestS) {
			m.restEnd = left
		}
		m.split(f.Time, stood)
		m.begin(f, still, f.Time)
	}
	m.place(f)
}

// begin starts a rest at f, or motion.
func (m *motion) begin(f *timeline.Fix, still bool, since int64) {
	m.restSince = 0
	if still {
		m.restSince, m.anchorLat, m.anchorLng = since, f.LatE6, f.LngE6
	}
}

// stood is for how many seconds since the last fix the vehicle must have stood.
func (m *motion) stood(f *timeline.Fix, lat, lng int32) int64 {
	gap := f.Time - m.fixTime
	return max(0, gap-int64(m.metres(f, lat, lng)/approachMPS))
}

func (m *motion) metres(f *timeline.Fix, lat, lng int32) float64 {
	if f.LatE6 == lat && f.LngE6 == lng {
		return 0
	}
	return geo.DistanceM(float64(lat)/1e6, float64(lng)/1e6, f.Lat(), f.Lng())
}

// split lets the time until t pass, of which the vehicle stood so many seconds.
func (m *motion) split(t, stood int64) {
	gap := max(0, t-m.told)
	stood = min(stood, gap)
	m.clock.driving += gap - stood
	if m.ignition == ignitionOff {
		m.clock.parked += stood
	} else {
		m.clock.idling += stood
	}
	m.told = max(m.told, t)
}

// pass lets the time until t pass in the way that the vehicle was last seen.
func (m *motion) pass(t int64) {
	stood := int64(0)
	if m.restSince != 0 {
		stood = t - m.told
	}
	m.split(t, max(0, stood))
}

// switched takes the ignition. A vehicle whose ignition is off is at rest until
// a fix tells otherwise.
func (m *motion) switched(t int64, on bool) {
	if m.told != 0 {
		m.pass(t)
		if !on && m.restSince == 0 {
			m.restSince, m.anchorLat, m.anchorLng = t, m.lat, m.lng
		}
	}
	m.ignition = ignitionOf(on)
}

// restedFor tells whether the vehicle is at rest at t for so many seconds.
func (m *motion) restedFor(t int64, seconds float64) bool {
	return m.restSince != 0 && float64(t-m.restSince) >= seconds
}
