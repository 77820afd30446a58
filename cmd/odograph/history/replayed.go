package history

import (
	"math"

	"github.com/odograph/odograph/pkg/schema"
)

// A Validity says from when on the versions of fences hold, in seconds since 1970,
// by fence and version.
type Validity map[string]map[int64]int64

func validityOf(all []FenceRow) Validity {
	v := Validity{}
	for i := range all {
		f := &all[i]
		if v[f.FenceID] == nil {
			v[f.FenceID] = map[int64]int64{}
		}
		from := int64(math.MinInt64)
		if f.ValidFrom.Valid {
			from = f.ValidFrom.Value.Unix()
		}
		if have, twice := v[f.FenceID][f.Version]; !twice || from > have {
			v[f.FenceID][f.Version] = from
		}
	}
	return v
}

// before tells whether a time is before a version of a fence held.
func (v Validity) before(fence string, version, at int64) bool {
	from, known := v[fence][version]
	return known && at < from
}

// beforeAny tells whether a time is before some version of a fence held.
func (v Validity) beforeAny(fence string, at int64) bool {
	for version := range v[fence] {
		if v.before(fence, version, at) {
			return true
		}
	}
	return false
}

// aroundS is how far around what a replay of a fence wrote its other events are
// left with it.
const aroundS = 86_400

// A window is a time, in seconds since 1970, both ends within.
type window struct{ from, to int64 }

// replays are the times of one device, by fence, of which odograph fences replay
// wrote events: by a version that did not hold yet, which no other writer does.
type replays struct {
	of   map[string]window
	gone map[happened]bool // that were taken back, by whom cannot be told, from before a version
}

// happened is what a geofence event is by whatever rules it was found.
type happened struct {
	fence, kind string
	at          int64
}

func happenedOf(f *schema.GeofenceEvent) happened {
	return happened{f.FenceID, f.Kind, f.At.Unix()}
}

func (v Validity) replaysOf(was []record) replays {
	r := replays{of: map[string]window{}, gone: map[happened]bool{}}
	for _, x := range was {
		f, ok := x.(*schema.GeofenceEvent)
		if !ok {
			continue
		}
		if f.Retracted {
			if v.beforeAny(f.FenceID, f.At.Unix()) {
				r.gone[happenedOf(f)] = true
			}
			continue
		}
		at, began := f.At.Unix(), f.At.Unix()
		if counted := beginning(&pair{was: f}); counted != 0 {
			began = min(began, counted)
		}
		if !v.before(f.FenceID, f.FenceVersion, began) {
			continue
		}
		w, has := r.of[f.FenceID]
		if !has {
			w = window{at, at}
		}
		r.of[f.FenceID] = window{min(w.from, at), max(w.to, at)}
	}
	return r
}

// own tells that a difference belongs to a replay of its fence: it is among what
// one wrote, or may have been taken back by one. The version that held at the time
// would say otherwise, and somebody wanted it so.
func (r *replays) own(p *pair) bool {
	f, ok := p.was.(*schema.GeofenceEvent)
	if !ok {
		if f, ok = p.is.(*schema.GeofenceEvent); !ok {
			return false
		}
	}
	at := f.At.Unix()
	if w, has := r.of[f.FenceID]; has && at >= w.from-aroundS && at <= w.to+aroundS {
		return true
	}
	return !p.stands() && r.gone[happenedOf(f)]
}

// withoutReplays takes the differences out of a comparison that belong to replays
// of fences; left are how many of them lie in the span.
func (j *Job) withoutReplays(d *derived, span Span) (was, is []record, left int, err error) {
	r := j.Valid.replaysOf(d.was)
	for _, p := range pairsOf(d.was, d.is) {
		same, err := p.same()
		if err != nil {
			return nil, nil, 0, err
		}
		if !same && r.own(p) {
			left += one(span.holds(&p.event))
			continue
		}
		if p.was != nil {
			was = append(was, p.was)
		}
		if p.is != nil {
			is = append(is, p.is)
		}
	}
	return was, is, left, nil
}
