package geofence

import "math"

// A rest is where the newest fixes are around.
type rest struct {
	lat, lng    float64 // their mean, 1e-6 degree
	since, last int64   // first and last of them
	n           int64
}

func restAt(p *point) rest {
	return rest{lat: float64(p.lat), lng: float64(p.lng), since: p.t, last: p.t, n: 1}
}

func (q *rest) add(p *point, meanS int64) {
	weight := max(1/float64(q.n+1), min(float64(p.t-q.last)/float64(meanS), 0.5))
	q.lat += (float64(p.lat) - q.lat) * weight
	q.lng += eastward(q.lng, float64(p.lng)) * weight
	q.last, q.n = p.t, q.n+1
}

func (q *rest) stands(r *Rest) bool { return q.n >= 2 && q.last-q.since >= r.AfterS }

// mean is the position of a rest at its last fix.
func (q *rest) mean(p *point) point {
	lng := math.Round(q.lng)
	switch {
	case lng >= halfTurnE6:
		lng -= turnE6
	case lng < -halfTurnE6:
		lng += turnE6
	}
	return point{p.t, int32(math.Round(q.lat)), int32(lng), p.dkmh}
}

// locate finds the position that a fix stands for, and has it judged.
func (s *State) locate(c *call, p *point) {
	r := &c.r.Rest
	if r.RadiusM == 0 {
		s.judge(c, p, false)
		return
	}
	moves := c.broken || float64(p.dkmh) >= r.MovingKMH*10 || s.stride.moves()
	near := s.rest.n > 0 && !moves && within(s.rest.lat, s.rest.lng, float64(p.lat), float64(p.lng), r.RadiusM)
	switch {
	case near:
		s.held = point{}
		s.rest.add(p, r.MeanS)
		if s.rest.stands(r) {
			at := s.rest.mean(p)
			s.judge(c, &at, true)
			return
		}
	case !moves && s.held.t == 0 && s.rest.stands(r):
		s.held = *p
		return
	case s.held.t != 0 && !c.broken:
		held := s.held
		s.held, s.rest = point{}, restAt(&held)
		s.judge(c, &held, false)
		s.locate(c, p)
		return
	default:
		s.held, s.rest = point{}, restAt(p)
	}
	s.judge(c, p, false)
}
