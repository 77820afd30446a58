// Package coverage tells from a device's own stream of fixes which of them are
// missing: its cadence, the holes in the stream, and how complete each hour is.
//
// A device on the move sends at a steady cadence, and rests in between. So a
// hole is a time without fixes that is much longer than the cadence, during
// which the device moved: its ignition was on when the hole began, or at a heartbeat
// within it, or it came out of the hole somewhere else. How many fixes a hole lacks is an estimate by
// the cadence. A rest is no hole, however long.
package coverage

import (
	"slices"
	"sort"
	"time"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// Settings say what counts as a hole.
type Settings struct {
	Window    time.Duration // how much fix time is remembered
	Factor    float64       // a hole is longer than this many cadences
	MinHole   time.Duration // and at least this long
	MovedM    float64       // a device that comes out of a silence this far away has moved, metres
	Cadence   time.Duration // of a device whose own is not known yet
	RestAfter time.Duration // a device that is still sends at another cadence: intervals longer than this do not count for the cadence
}

// DefaultSettings suit trackers that send every second to every few minutes.
// Factor leaves room for one lost fix and for jitter. MovedM is beyond the
// drift of a parked tracker.
func DefaultSettings() Settings {
	return Settings{
		Window: 4 * time.Hour, Factor: 2.5, MinHole: 20 * time.Second, MovedM: 200,
		Cadence: time.Minute, RestAfter: 5 * time.Minute,
	}
}

// A fix is what is remembered of one.
type fix struct {
	unix     int64
	lat, lng float32
	odometer float64 // metres; 0: not known
	ignition bool    // known to be on
	moving   bool    // ignition on, or on the move
	push     bool    // first brought by a push
}

// A Device is one device's stream within the window. The zero value is ready.
type Device struct {
	fixes    []fix   // by time
	on       []int64 // times of heartbeats with the ignition on
	Received time.Time
}

// Add takes a fix that was not there before. late tells that it lies before
// the window and was left alone.
func (d *Device) Add(s *Settings, f *schema.Fix) (late bool) {
	if f.ReceivedTime.After(d.Received) {
		d.Received = f.ReceivedTime
	}
	n := fix{
		unix: f.FixTime.Unix(), lat: float32(f.Lat), lng: float32(f.Lng),
		odometer: f.OdometerM.Value, ignition: f.ACC.Valid && f.ACC.Value,
		moving: f.ACC.Valid && f.ACC.Value || !f.ACC.Valid && f.SpeedKMH.Valid && f.SpeedKMH.Value > 5,
		push:   f.Source == schema.SourcePush || f.Source == schema.SourceOpenAPI || f.Source == schema.SourceTag,
	}
	if slices.Contains(f.Quality, schema.QualityZeroPosition) || slices.Contains(f.Quality, schema.QualityNoFix) {
		n.lat, n.lng = 0, 0
	}
	end := len(d.fixes)
	if end > 0 && d.fixes[end-1].unix-n.unix > int64(s.Window/time.Second) {
		return true
	}
	i := end
	if end > 0 && n.unix <= d.fixes[end-1].unix {
		i = sort.Search(end, func(i int) bool { return d.fixes[i].unix >= n.unix })
		if d.fixes[i].unix == n.unix {
			return false
		}
	}
	d.fixes = slices.Insert(d.fixes, i, n)
	d.forget(s)
	return false
}

// mostBeats bounds the heartbeats that are remembered: a window of one each minute.
const mostBeats = 240

// Ignition takes what a heartbeat says of the ignition: while it is on, fixes come.
func (d *Device) Ignition(at time.Time, on bool) {
	i, there := slices.BinarySearch(d.on, at.Unix())
	if !on || there {
		return
	}
	d.on = slices.Insert(d.on, i, at.Unix())
	if len(d.on) > mostBeats {
		d.on = slices.Delete(d.on, 0, 1)
	}
}

// wasOn tells whether the ignition was on between two fixes, and longer before the
// second one than a fix takes to come.
func (d *Device) wasOn(a, b *fix, limit int64) bool {
	i, _ := slices.BinarySearch(d.on, a.unix+1)
	return i < len(d.on) && d.on[i] < b.unix-limit
}

// forget drops what lies before the window, in steps, so that it costs little.
func (d *Device) forget(s *Settings) {
	from := d.fixes[len(d.fixes)-1].unix - int64(s.Window/time.Second)
	if n := sort.Search(len(d.fixes), func(i int) bool { return d.fixes[i].unix >= from }); n > 64 || n > len(d.fixes)/2 {
		d.fixes = slices.Delete(d.fixes, 0, n)
	}
}

// Last is the time of the newest fix; zero where there is none.
func (d *Device) Last() time.Time {
	if len(d.fixes) == 0 {
		return time.Time{}
	}
	return time.Unix(d.fixes[len(d.fixes)-1].unix, 0).UTC()
}

// PushedSince tells whether a push brought a fix of t or later.
func (d *Device) PushedSince(t time.Time) bool {
	for i := len(d.fixes) - 1; i >= 0 && d.fixes[i].unix >= t.Unix(); i-- {
		if d.fixes[i].push {
			return true
		}
	}
	return false
}

const leastIntervals = 5

// Cadence is the median time between two consecutive fixes on the move of
// which a push brought both; the fixes of polls come at the polls' cadence, and
// those that filled a hole at that of the device, so they count only where no
// push came. known is false where there were too few.
func (d *Device) Cadence(s *Settings) (cadence time.Duration, known bool) {
	pushed, all := d.intervals(s)
	for _, list := range [][]int64{pushed, all} {
		if len(list) >= leastIntervals {
			slices.Sort(list)
			return time.Duration(list[len(list)/2]) * time.Second, true
		}
	}
	return s.Cadence, false
}

func (d *Device) intervals(s *Settings) (pushed, all []int64) {
	for i := 1; i < len(d.fixes); i++ {
		a, b := &d.fixes[i-1], &d.fixes[i]
		gap := b.unix - a.unix
		if !a.moving || !b.moving || gap > int64(s.RestAfter/time.Second) {
			continue
		}
		all = append(all, gap)
		if a.push && b.push {
			pushed = append(pushed, gap)
		}
	}
	return pushed, all
}

// A Hole is a time in which fixes are missing, between two that are there. To
// is zero where nothing came after it yet.
type Hole struct {
	From, To time.Time
	Missing  int // estimate
}

// Duration is how long the hole is.
func (h Hole) Duration() time.Duration { return h.To.Sub(h.From) }

// Holes are the holes that end after since, by time.
func (d *Device) Holes(s *Settings, since time.Time) []Hole {
	cadence, _ := d.Cadence(s)
	limit := max(time.Duration(s.Factor*float64(cadence)), s.MinHole)
	limitS := int64(limit / time.Second)
	driven := d.driven(s, limitS)
	var out []Hole
	for i := 1; i < len(d.fixes); i++ {
		a, b := &d.fixes[i-1], &d.fixes[i]
		gap := time.Duration(b.unix-a.unix) * time.Second
		if gap <= limit || b.unix <= since.Unix() || !moved(s, a, b) && !d.wasOn(a, b, limitS) && !driven[i] {
			continue
		}
		out = append(out, Hole{
			From: time.Unix(a.unix, 0).UTC(), To: time.Unix(b.unix, 0).UTC(),
			Missing: int((gap+cadence/2)/cadence) - 1,
		})
	}
	return out
}

// moved tells whether a device moved between two fixes. A device whose
// ignition was on says when it is switched off; where that is missing, so is
// what came before it.
func moved(s *Settings, a, b *fix) bool {
	if a.ignition || a.moving && b.moving || a.odometer > 0 && b.odometer-a.odometer > s.MovedM {
		return true
	}
	if a.lat == 0 && a.lng == 0 || b.lat == 0 && b.lng == 0 {
		return a.moving
	}
	return metres(a, b) > s.MovedM
}

// metres is how far apart two fixes are; 0 where a position is not known.
func metres(a, b *fix) float64 {
	if a.lat == 0 && a.lng == 0 || b.lat == 0 && b.lng == 0 {
		return 0
	}
	return geo.DistanceM(float64(a.lat), float64(a.lng), float64(b.lat), float64(b.lng))
}

// driven tells by the index of the fix after it in which silences longer than limit
// the device moved by what the odometer says before and after fixes that have none,
// such as those of a driver's sign-in: a round trip of which only these came.
func (d *Device) driven(s *Settings, limit int64) map[int]bool {
	var out map[int]bool
	last := -1 // fix that has an odometer
	for i := range d.fixes {
		if d.fixes[i].odometer <= 0 {
			continue
		}
		if last >= 0 && i-last > 1 {
			if n := d.unexplained(s, last, i, limit); n > 0 {
				if out == nil {
					out = map[int]bool{}
				}
				out[n] = true
			}
		}
		last = i
	}
	return out
}

// unexplained is the silence among fixes without an odometer between two that have
// one in which most of the way was driven: the longest of those at whose ends the
// device was in other places. 0: what is known of the way explains the odometer.
func (d *Device) unexplained(s *Settings, from, to int, limit int64) (silence int) {
	way, longest, apart := 0.0, int64(0), false
	for i := from + 1; i <= to; i++ {
		a, b := &d.fixes[i-1], &d.fixes[i]
		step, gap := metres(a, b), b.unix-a.unix
		way += step
		if gap <= limit {
			continue
		}
		if moved(s, a, b) || d.wasOn(a, b, limit) {
			return 0 // it is a hole already
		}
		if elsewhere := step > s.MovedM/4; elsewhere && !apart || elsewhere == apart && gap > longest {
			silence, longest, apart = i, gap, elsewhere
		}
	}
	if driven := d.fixes[to].odometer - d.fixes[from].odometer; driven-way <= s.MovedM || way > driven/2 {
		return 0
	}
	return silence
}

// Merge joins holes that are closer to each other than near, so that one
// question to the platform serves several.
func Merge(holes []Hole, near time.Duration) []Hole {
	var out []Hole
	for _, h := range holes {
		if n := len(out); n > 0 && h.From.Sub(out[n-1].To) <= near {
			out[n-1].To = h.To
			out[n-1].Missing += h.Missing
			continue
		}
		out = append(out, h)
	}
	return out
}

// An Hour is how complete one hour of fix time is.
type Hour struct {
	Start    time.Time
	Received int // distinct fixes
	ByPush   int // of those, first brought by a push
	Missing  int // estimate
	Holes    int
	Longest  time.Duration // of the holes that reach into the hour, as a whole
}

// Hours are the hours from that of since to that of until, without gaps. The
// missing fixes of a hole are shared out by time among the hours it reaches
// into.
func (d *Device) Hours(s *Settings, since, until time.Time) []Hour {
	first := since.Truncate(time.Hour)
	var out []Hour
	for t := first; !t.After(until); t = t.Add(time.Hour) {
		out = append(out, Hour{Start: t.UTC()})
	}
	at := func(unix int64) *Hour {
		i := (unix - first.Unix()) / 3600
		if unix < first.Unix() || i >= int64(len(out)) {
			return nil
		}
		return &out[i]
	}
	for i := range d.fixes {
		if h := at(d.fixes[i].unix); h != nil {
			h.Received++
			if d.fixes[i].push {
				h.ByPush++
			}
		}
	}
	for _, hole := range d.Holes(s, first) {
		spread(hole, out)
	}
	return out
}

// spread shares a hole's missing fixes out among hours; what is cut off by
// rounding goes to the last one, so that their sum stays the hole's.
func spread(hole Hole, hours []Hour) {
	left := hole.Missing
	for i := range hours {
		h := &hours[i]
		from, to := later(hole.From, h.Start), earlier(hole.To, h.Start.Add(time.Hour))
		if !to.After(from) {
			continue
		}
		h.Holes++
		h.Longest = max(h.Longest, hole.Duration())
		share := int(float64(hole.Missing) * float64(to.Sub(from)) / float64(hole.Duration()))
		if to.Equal(hole.To) && !hole.From.Before(hours[0].Start) {
			share = left
		}
		left -= share
		h.Missing += share
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
