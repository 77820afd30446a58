package fences

import (
	"cmp"
	"math"
	"slices"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/timeline"
)

// A View says how one device's positions lie to the fences of a book that are
// there for it, each in the version that held at the time. It is the
// geofence.View of a device; one serves one goroutine, and may be set to the next
// device and book at any time.
type View struct {
	Book        *Book
	IMEI, Group string

	// Depths says that geofence.Place.DepthM is looked at, which costs.
	Depths bool

	hits []*geo.Fence
	ways []geo.Crossing
}

// here is what a shape in the index is to the device at a time, or nil.
func (v *View) here(s *geo.Fence, at int64) *Version {
	of := s.Of.(*Version)
	if v.Book.at(of.ID, at) != of || !of.For(v.IMEI, v.Group) {
		return nil
	}
	return of
}

// within gives the versions that contain a position at a time.
func (v *View) within(lat, lng float64, at int64, yield func(*Version)) {
	if v.Book.index == nil {
		return
	}
	v.hits = v.Book.index.At(v.hits[:0], lat, lng)
	for _, s := range v.hits {
		if of := v.here(s, at); of != nil {
			yield(of)
		}
	}
}

// IDs appends the ids of the fences that contain a position at a time, in order.
func (v *View) IDs(dst []string, lat, lng float64, at int64) []string {
	before := len(dst)
	v.within(lat, lng, at, func(of *Version) { dst = append(dst, of.ID) })
	slices.Sort(dst[before:])
	return dst
}

// LimitKMH is the lowest speed limit of the fences that contain a fix; 0: none.
func (v *View) LimitKMH(f *timeline.Fix) (kmh float64) {
	v.within(f.Lat(), f.Lng(), f.Time, func(of *Version) {
		if of.LimitKMH > 0 && (kmh == 0 || of.LimitKMH < kmh) {
			kmh = of.LimitKMH
		}
	})
	return kmh
}

// At appends the fences that contain f, in the order of their ids.
func (v *View) At(f *timeline.Fix, out []geofence.Place) []geofence.Place {
	lat, lng, before := f.Lat(), f.Lng(), len(out)
	v.within(lat, lng, f.Time, func(of *Version) {
		p := geofence.Place{Fence: of.ID}
		if v.Depths || of.Settings.Enter != nil && of.Settings.Enter.MarginM > 0 {
			p.DepthM = of.Shape.DistanceToEdgeM(lat, lng)
		}
		out = append(out, p)
	})
	if len(out)-before > 1 {
		slices.SortFunc(out[before:], func(a, b geofence.Place) int { return cmp.Compare(a.Fence, b.Fence) })
	}
	return out
}

// OutsideM is how far f is from the edge of a fence that does not contain it.
func (v *View) OutsideM(fence string, f *timeline.Fix) float64 {
	of := v.Book.at(fence, f.Time)
	if of == nil || of.Shape == nil {
		return math.Inf(1)
	}
	return -of.Shape.DistanceToEdgeM(f.Lat(), f.Lng())
}

// Across appends the fences that the straight line from prev to cur meets, at
// the time of cur.
func (v *View) Across(prev, cur *timeline.Fix, out []geofence.Pass) []geofence.Pass {
	if v.Book.index == nil {
		return out
	}
	from, to := geo.Point{Lat: prev.Lat(), Lng: prev.Lng()}, geo.Point{Lat: cur.Lat(), Lng: cur.Lng()}
	if from == to {
		v.within(to.Lat, to.Lng, cur.Time, func(of *Version) {
			out = append(out, geofence.Pass{Fence: of.ID, EnterAt: 0, ExitAt: 1})
		})
		return out
	}
	v.ways = v.Book.index.Across(v.ways[:0], from, to)
	var last *geo.Fence // stays in one shape stand together
	for i := range v.ways {
		w := &v.ways[i]
		if w.Fence == last {
			p := &out[len(out)-1]
			p.ExitAt, p.ChordM = w.Exit, p.ChordM+w.ChordM
			continue
		}
		last = nil
		if of := v.here(w.Fence, cur.Time); of != nil {
			out, last = append(out, geofence.Pass{Fence: of.ID, EnterAt: w.Enter, ExitAt: w.Exit, ChordM: w.ChordM}), w.Fence
		}
	}
	return out
}

// Settings are those of a fence at a time; nil where there is no such fence for
// the device. Where a fence was changed and what it was before is not known any
// more, they are those of the oldest version that is.
func (v *View) Settings(fence string, at int64) *geofence.Settings {
	of := v.Book.at(fence, at)
	if of == nil {
		if all := v.Book.versions(fence); len(all) > 0 && all[0].Number > 1 {
			of = all[0]
		}
	}
	if of == nil || of.Shape == nil || !of.For(v.IMEI, v.Group) {
		return nil
	}
	return &of.Settings
}
