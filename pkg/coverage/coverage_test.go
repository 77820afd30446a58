package coverage

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/schema"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// fixAt is a fix of a vehicle that goes north at about 40 km/h.
func fixAt(s int, acc bool, source schema.Source) *schema.Fix {
	return &schema.Fix{
		Item:    schema.Item{IMEI: "860000000000001", Source: source, ReceivedTime: noon.Add(time.Duration(s+2) * time.Second)},
		FixTime: noon.Add(time.Duration(s) * time.Second), Lat: 52 + float64(s)*1e-4, Lng: 13, ACC: schema.Some(acc),
	}
}

func drive(d *Device, s *Settings, from, to, every int, source schema.Source) {
	for at := from; at < to; at += every {
		d.Add(s, fixAt(at, true, source))
	}
}

func TestHoleInADrive(t *testing.T) {
	s := DefaultSettings()
	var d Device
	drive(&d, &s, 0, 600, 10, schema.SourcePush)
	drive(&d, &s, 3000, 3600, 10, schema.SourcePush)
	cadence, known := d.Cadence(&s)
	require.True(t, known)
	require.Equal(t, 10*time.Second, cadence)
	holes := d.Holes(&s, time.Time{})
	require.Equal(t, []Hole{{noon.Add(590 * time.Second), noon.Add(3000 * time.Second), 240}}, holes)

	drive(&d, &s, 600, 3000, 10, schema.SourceTrackList)
	require.Empty(t, d.Holes(&s, time.Time{}), "filled")
	hours := d.Hours(&s, noon, noon.Add(30*time.Minute))
	require.Len(t, hours, 1)
	require.Equal(t, Hour{Start: noon, Received: 360, ByPush: 120}, hours[0])
}

func TestARestIsNoHole(t *testing.T) {
	s := DefaultSettings()
	var d Device
	drive(&d, &s, 0, 600, 10, schema.SourcePush)
	d.Add(&s, fixAt(600, false, schema.SourcePush))
	back := fixAt(600, true, schema.SourcePush)
	back.FixTime = back.FixTime.Add(2 * time.Hour)
	d.Add(&s, back)
	require.Empty(t, d.Holes(&s, time.Time{}))

	elsewhere := fixAt(3000, false, schema.SourcePush)
	elsewhere.FixTime = back.FixTime.Add(time.Hour)
	d.Add(&s, elsewhere)
	require.Len(t, d.Holes(&s, time.Time{}), 1, "it came out of the silence somewhere else")
}

// A vehicle that came back to where it was has moved all the same.
func TestARoundTripIsAHole(t *testing.T) {
	s := DefaultSettings()
	var d Device
	rest := func(at int, odometer float64) *schema.Fix {
		f := fixAt(0, false, schema.SourcePush)
		f.FixTime, f.OdometerM = f.FixTime.Add(time.Duration(at)*time.Second), schema.Some(odometer)
		return f
	}
	d.Add(&s, rest(0, 1000))
	d.Add(&s, rest(300, 1000))
	require.Empty(t, d.Holes(&s, time.Time{}))
	d.Add(&s, rest(3000, 9000))
	require.Len(t, d.Holes(&s, time.Time{}), 1)

	var e Device
	drive(&e, &s, 0, 100, 10, schema.SourcePush)
	back := rest(3000, 0)
	e.Add(&s, back)
	require.Len(t, e.Holes(&s, time.Time{}), 1, "its ignition was on, and nothing said that it was switched off")
}

// A round trip of which only the driver's sign-ins came, which have neither odometer
// nor ignition, is one hole: by the odometer before and after it.
func TestARoundTripBetweenSignInsIsAHole(t *testing.T) {
	s := DefaultSettings()
	at := func(second int, metresNorth float64, odometer schema.Opt[float64], source schema.Source) *schema.Fix {
		f := fixAt(0, false, source)
		f.FixTime, f.Lat, f.OdometerM = f.FixTime.Add(time.Duration(second)*time.Second), 52+metresNorth/111_195, odometer
		if source == schema.SourceTag {
			f.ACC = schema.Opt[bool]{}
		}
		return f
	}
	none := schema.Opt[float64]{}
	var d Device
	d.Add(&s, at(0, 0, schema.Some(1000.), schema.SourcePush))
	d.Add(&s, at(240, 0, none, schema.SourceTag))
	d.Add(&s, at(1415, 170, none, schema.SourceTag))
	require.Empty(t, d.Holes(&s, time.Time{}))
	d.Add(&s, at(1715, 170, schema.Some(1020.), schema.SourceLocationList))
	require.Empty(t, d.Holes(&s, time.Time{}), "nothing was driven")

	d = Device{}
	d.Add(&s, at(0, 0, schema.Some(1000.), schema.SourcePush))
	d.Add(&s, at(240, 0, none, schema.SourceTag))
	d.Add(&s, at(1415, 170, none, schema.SourceTag))
	d.Add(&s, at(1715, 170, schema.Some(5000.), schema.SourceLocationList))
	require.Equal(t, []Hole{{noon.Add(240 * time.Second), noon.Add(1415 * time.Second), 19}}, d.Holes(&s, time.Time{}))

	for second := 260; second < 1415; second += 20 { // out and back, without an odometer
		north := 2000 * (1 - math.Abs(float64(second-830)/600))
		d.Add(&s, at(second, north, none, schema.SourceTrackList))
	}
	require.Empty(t, d.Holes(&s, time.Time{}), "filled")
}

// Heartbeats within a silence say that the ignition was on; one just before the fix
// that ends a rest says that it was switched on.
func TestHeartbeatsTellOfAHole(t *testing.T) {
	s := DefaultSettings()
	silence := func(beats ...int) []Hole {
		var d Device
		drive(&d, &s, 0, 100, 10, schema.SourcePush)
		d.Add(&s, fixAt(100, false, schema.SourcePush))
		for _, second := range beats {
			d.Ignition(noon.Add(time.Duration(second)*time.Second), true)
		}
		d.Ignition(noon.Add(900*time.Second), false)
		back := fixAt(100, true, schema.SourcePush)
		back.FixTime = noon.Add(1800 * time.Second)
		d.Add(&s, back)
		return d.Holes(&s, time.Time{})
	}
	require.Empty(t, silence())
	require.Empty(t, silence(50, 100), "before it")
	require.Empty(t, silence(1790, 1800), "the ignition was switched on, and a fix came")
	require.Len(t, silence(600, 1790), 1)
}

func TestTheFleetPollsCadenceIsNotTheDevices(t *testing.T) {
	s := DefaultSettings()
	var d Device
	drive(&d, &s, 0, 600, 10, schema.SourcePush)
	drive(&d, &s, 600, 3000, 60, schema.SourceLocationList)
	cadence, _ := d.Cadence(&s)
	require.Equal(t, 10*time.Second, cadence)
	holes := Merge(d.Holes(&s, time.Time{}), 10*time.Minute)
	require.Len(t, holes, 1, "one question serves all holes of the outage")
	require.Equal(t, noon.Add(600*time.Second), holes[0].From, "the first interval of the poll")
}

func TestHoleOverTheHourIsSharedOut(t *testing.T) {
	s := DefaultSettings()
	var d Device
	drive(&d, &s, 0, 3010, 10, schema.SourcePush)
	drive(&d, &s, 4200, 4800, 10, schema.SourcePush)
	hours := d.Hours(&s, noon, noon.Add(time.Hour))
	require.Len(t, hours, 2)
	require.Equal(t, 119, hours[0].Missing+hours[1].Missing)
	require.InDelta(t, 59, hours[0].Missing, 1)
	require.Equal(t, 20*time.Minute, hours[0].Longest)
}

// The order in which fixes come does not matter, and no fix counts twice.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := DefaultSettings()
		var all []*schema.Fix
		at := 0
		for range rapid.IntRange(1, 200).Draw(rt, "fixes") {
			at += rapid.SampledFrom([]int{1, 10, 10, 10, 60, 400}).Draw(rt, "gap")
			all = append(all, fixAt(at, rapid.Bool().Draw(rt, "acc"), rapid.SampledFrom([]schema.Source{schema.SourcePush, schema.SourceTrackList}).Draw(rt, "source")))
		}
		var inOrder, shuffled Device
		for _, f := range all {
			inOrder.Add(&s, f)
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		s2 := s
		s2.Window = 1000 * time.Hour // late ones are another matter
		for range 2 {
			for _, i := range random.Perm(len(all)) {
				shuffled.Add(&s2, all[i])
			}
		}
		if len(inOrder.fixes) == len(all) {
			require.Equal(rt, inOrder.Holes(&s, time.Time{}), shuffled.Holes(&s2, time.Time{}))
		}
		require.Len(rt, shuffled.fixes, len(all))
		missing, hours := 0, 0
		for _, h := range shuffled.Holes(&s2, time.Time{}) {
			missing += h.Missing
		}
		for _, h := range shuffled.Hours(&s2, all[0].FixTime, all[len(all)-1].FixTime) {
			hours += h.Missing
		}
		require.Equal(rt, missing, hours, "hours and holes agree")
	})
}

func BenchmarkAdd(b *testing.B) {
	s := DefaultSettings()
	var d Device
	f := fixAt(0, true, schema.SourcePush)
	b.ReportAllocs()
	for b.Loop() {
		f.FixTime = f.FixTime.Add(10 * time.Second)
		d.Add(&s, f)
	}
}
