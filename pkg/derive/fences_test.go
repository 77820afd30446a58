package derive_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// circles are fences that answer by the version that held at the time of a fix.
type circles []disc

// A disc is a version of a fence; until 0: it is the newest.
type disc struct {
	id          string
	lat, lng, r float64
	set         geofence.Settings
	until       int64
}

func (d *disc) there(at int64) bool { return at >= d.set.Since && (d.until == 0 || at < d.until) }

// plane is a position in metres around the centre.
func (d *disc) plane(f *timeline.Fix) (x, y float64) {
	return (f.Lng() - d.lng) * 111_195 * math.Cos(d.lat*math.Pi/180), (f.Lat() - d.lat) * 111_195
}

func (c circles) At(f *timeline.Fix, out []geofence.Place) []geofence.Place {
	for i := range c {
		if d := &c[i]; d.there(f.Time) {
			if depth := d.r - math.Hypot(d.plane(f)); depth >= 0 {
				out = append(out, geofence.Place{Fence: d.id, DepthM: depth})
			}
		}
	}
	return out
}

func (c circles) OutsideM(id string, f *timeline.Fix) float64 {
	for i := range c {
		if d := &c[i]; d.id == id && d.there(f.Time) {
			return math.Hypot(d.plane(f)) - d.r
		}
	}
	return math.Inf(1)
}

func (c circles) Across(prev, cur *timeline.Fix, out []geofence.Pass) []geofence.Pass {
	for i := range c {
		d := &c[i]
		x, y := d.plane(prev)
		x2, y2 := d.plane(cur)
		dx, dy := x2-x, y2-y
		way := math.Hypot(dx, dy)
		in, end := 0.0, 1.0
		if way > 0 {
			b, q := (x*dx+y*dy)/way, x*x+y*y-d.r*d.r
			root := math.Sqrt(max(b*b-q, 0))
			if b*b < q {
				continue
			}
			in, end = max(0, (-b-root)/way), min(1, (-b+root)/way)
		} else if math.Hypot(x, y) > d.r {
			continue
		}
		if in <= end && d.there(cur.Time) {
			out = append(out, geofence.Pass{Fence: d.id, EnterAt: in, ExitAt: end, ChordM: (end - in) * way})
		}
	}
	return out
}

func (c circles) Settings(id string, at int64) *geofence.Settings {
	for i := range c {
		if c[i].id == id && c[i].there(at) {
			return &c[i].set
		}
	}
	return nil
}

// fencesAlong are fences around fixes of a drive: some are changed or taken away
// on the way, some are open for a part of it.
func fencesAlong(entries []timeline.Entry, seed uint64) circles {
	rng := rand.New(rand.NewPCG(seed, 3))
	var all circles
	for n := range 6 {
		e := entries[rng.IntN(len(entries))]
		for e.Fix == nil {
			e = entries[rng.IntN(len(entries))]
		}
		r := 30 + 500*rng.Float64()*rng.Float64()
		d := disc{id: string(rune('a' + n)), lat: e.Fix.Lat(), lng: e.Fix.Lng(), r: r, set: geofence.Settings{Version: 1, RadiusM: r}}
		if n == 4 {
			d.set.Schedule = around(e.Time()+rng.Int64N(600)-300, int(60+rng.Int64N(1200)))
		}
		if n == 5 {
			next := d
			next.set.Since, next.set.Version, next.r = e.Time()+rng.Int64N(300), 2, r*2*rng.Float64()
			d.until = next.set.Since
			all = append(all, next)
		}
		all = append(all, d)
	}
	return all
}

// around is a schedule that opens at a time of day, each day.
func around(at int64, longS int) *geofence.Schedule {
	from := int(at % 86_400)
	w := geofence.Window{FromS: from, ToS: (from + longS) % 86_400, Days: [7]bool{true, true, true, true, true, true, true}}
	return &geofence.Schedule{Zone: time.UTC, Windows: []geofence.Window{w}}
}

// A fenced player drives east through fences, one fix every 10 s.
func fencedPlayer(fences geofence.View) *player {
	p := newPlayer(derive.DefaultRules(), 1)
	p.env.Fences = fences
	return p
}

const fencedStart = 1_770_000_000

// eastward are fixes from one time to another on a way east at 15 m/s that begins
// at 52.5, 13.4.
func eastward(from, to int64) (out []timeline.Entry) {
	for at := from; at < to; at += 10 {
		f := timeline.Fix{
			Time: fencedStart + at, LatE6: 52_500_000, LngE6: 13_400_000 + int32(math.Round(float64(at)*15/67_690*1e6)),
			SpeedDKMH: 540, HeadingDeg: 90, Satellites: 9, ACC: 1, OdometerM: at * 15,
		}
		out = append(out, timeline.Entry{Fix: &f})
	}
	return out
}

// discAt is a fence on that way, so many metres from its begin.
func discAt(id string, metres, r float64) disc {
	return disc{id: id, lat: 52.5, lng: 13.4 + metres/67_690, r: r, set: geofence.Settings{Version: 1, RadiusM: 200}}
}

// told are the fence events that hold, in the order of their times.
func (p *player) told() string {
	var all []schema.GeofenceEvent
	for _, r := range p.table {
		if e, ok := r.record.(schema.GeofenceEvent); ok {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b schema.GeofenceEvent) int { return a.At.Compare(b.At) })
	var lines []string
	for _, e := range all {
		lines = append(lines, e.FenceID+" "+e.Kind+" "+(e.At.Sub(time.Unix(fencedStart, 0))).String())
	}
	return strings.Join(lines, ", ")
}

// late takes a fix that is a bit beside the others, 5 s after a time of theirs.
func (p *player) late(at int64) {
	f := *eastward(at+5, at+6)[0].Fix
	f.LatE6 += 100
	p.batch([]timeline.Entry{{Fix: &f}}, false)
}

// TestDeletedFence: what was said of a fence that is there no more is not taken
// back when something comes late, and nothing more is said of it.
func TestDeletedFence(t *testing.T) {
	p := fencedPlayer(circles{discAt("a", 1500, 300), discAt("b", 6000, 3000)})
	require.NoError(t, p.inOrder(eastward(0, 300)))
	want := "a enter 1m20s, a exit 2m0s, b enter 3m20s"
	require.Equal(t, want, p.told())
	p.env.Fences = circles{} // both are deleted, and no version of them is known
	for at := int64(0); at < 290; at += 30 {
		p.late(at)
		require.NoError(t, p.err)
		require.Equal(t, want, p.told())
	}
	p.restart()
	p.late(145)
	require.NoError(t, p.inOrder(eastward(300, 900)))
	p.late(500)
	require.NoError(t, p.err)
	require.Equal(t, want, p.told())
	require.Zero(t, p.retractions)
}

// TestEditedFence: a View that knows only the newest versions leaves what was said
// of older ones as it is.
func TestEditedFence(t *testing.T) {
	a := discAt("a", 1500, 300)
	p := fencedPlayer(circles{a})
	require.NoError(t, p.inOrder(eastward(0, 300)))
	want := "a enter 1m20s, a exit 2m0s"
	require.Equal(t, want, p.told())
	a = discAt("a", 2600, 2500) // so that it would have been entered earlier and not left yet
	a.set.Version, a.set.Since = 2, fencedStart+300
	p.env.Fences = circles{a}
	for at := int64(0); at < 290; at += 30 {
		p.late(at)
		require.NoError(t, p.err)
		require.Equal(t, want, p.told())
	}
	require.NoError(t, p.inOrder(eastward(300, 305)))
	// It is inside the new shape: it was not seen to enter it.
	want += ", a inside_at_start 5m0s"
	require.Equal(t, want, p.told())
	p.late(150)
	p.restart()
	p.late(210)
	require.NoError(t, p.err)
	require.Equal(t, want, p.told())
}
