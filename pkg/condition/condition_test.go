package condition_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/condition"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// entry draws anything that may come, of few enough sensors that they meet.
func entry(t *rapid.T, at int64) timeline.Entry {
	if rapid.Bool().Draw(t, "fix") {
		return timeline.Entry{Fix: &timeline.Fix{
			Time: at, LatE6: rapid.Int32Range(52_000_000, 52_010_000).Draw(t, "lat"), LngE6: 13_000_000,
			SpeedDKMH: rapid.SampledFrom([]int32{timeline.Unknown, 0, 30, 500}).Draw(t, "speed"),
			ACC:       rapid.Int32Range(-1, 1).Draw(t, "acc"), Old: rapid.IntRange(0, 9).Draw(t, "old") == 0,
		}}
	}
	m := &timeline.Mark{Time: at, LatE6: timeline.NoPosition, LngE6: timeline.NoPosition}
	m.Channel = rapid.SampledFrom([]string{"", "1", "2", "3", "4", "5", "6", "7", "8", "9", strings.Repeat("x", 100)}).Draw(t, "channel")
	switch m.Kind = rapid.SampledFrom([]timeline.MarkKind{
		timeline.MarkFuel, timeline.MarkFuel, timeline.MarkTemperature, timeline.MarkFaults, timeline.MarkIgnition, timeline.MarkContact,
	}).Draw(t, "kind"); m.Kind {
	case timeline.MarkFuel:
		m.Unit = rapid.SampledFrom([]string{"L", "percent", "cm", "V", ""}).Draw(t, "unit")
		m.Value = rapid.SampledFrom([]float64{0, 1, 20, 20, 90, 90, -3, math.NaN(), math.Inf(1), 1e9}).Draw(t, "level")
	case timeline.MarkTemperature:
		m.Value = rapid.SampledFrom([]float64{5, 5, 9, 9.3, -4, math.NaN(), -127, 1e9}).Draw(t, "temperature")
	case timeline.MarkFaults:
		m.Text = strings.Join(rapid.SliceOfN(rapid.StringMatching(`P0[0-9]{2}`), 0, 8).Draw(t, "codes"), " ")
	case timeline.MarkIgnition:
		m.Value = float64(rapid.IntRange(0, 1).Draw(t, "on"))
	}
	return timeline.Entry{Mark: m}
}

// TestAnyEntries writes and reads the state at any time, and holds every event
// to its promises.
func TestAnyEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &drive{rules: condition.DefaultRules(), input: condition.Input{TemperatureMinC: 2, TemperatureMaxC: 8}}
		d.rules.Fuel.MinRestS = 0
		at := noon
		var entries []timeline.Entry
		var s condition.State
		kept := &found{}
		out := kept.out()
		for range rapid.IntRange(0, 200).Draw(t, "entries") {
			at += rapid.SampledFrom([]int64{0, 1, 10, 300, 4000, 400_000}).Draw(t, "gap")
			e := entry(t, at)
			entries = append(entries, e)
			step(&s, d, e, out)
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				b := s.Append(nil)
				s = condition.State{}
				if rest, err := s.Decode(b); err != nil || len(rest) > 0 {
					t.Fatalf("%v, %d bytes left", err, len(rest))
				}
			}
		}
		if got, want := kept.String(), run(d, entries).String(); got != want {
			t.Fatalf("with restarts\n%swithout\n%s", got, want)
		}
		for _, e := range kept.last {
			if e.End < e.Start || e.Start < noon || e.End > at {
				t.Fatalf("from %d to %d, of entries from %d to %d", e.Start, e.End, noon, at)
			}
			if e.Kind == schema.ConditionTemperature && !(e.ValueMin < e.LimitMin || e.ValueMax > e.LimitMax) {
				t.Fatalf("%v to %v is within %v to %v", e.ValueMin, e.ValueMax, e.LimitMin, e.LimitMax)
			}
		}
	})
}

func TestDecodeRefusesWhatItIsNot(t *testing.T) {
	good := filled(t).Append(nil)
	for n := range good {
		var s condition.State
		if _, err := s.Decode(good[:n]); err == nil {
			t.Fatalf("took a state cut to %d of %d bytes", n, len(good))
		}
	}
	var s condition.State
	if _, err := s.Decode(append([]byte{9}, good[1:]...)); err == nil {
		t.Error("took another version")
	}
}

// filled is the state of a vehicle with two tanks, two temperatures, one of
// them out of range, and three trouble codes.
func filled(t testing.TB) *condition.State {
	d := &drive{rules: condition.DefaultRules(), input: condition.Input{TemperatureMinC: 2, TemperatureMaxC: 8}, lat: 52}
	var s condition.State
	out := &condition.Out{Event: func(*condition.Event) {}}
	for at := int64(0); at < 7200; at += 10 {
		d.entries = nil
		d.fix(at, float64(at/600%2*50), 1)
		for i, channel := range []string{"1", "2"} {
			d.mark(at+1, timeline.Mark{Kind: timeline.MarkFuel, Channel: channel, Unit: "L", Value: 200 + float64(at/1200%2*40)})
			d.mark(at+2, timeline.Mark{Kind: timeline.MarkTemperature, Channel: channel, Value: float64(5 + 9*i)})
		}
		if at == 600 {
			d.mark(at+3, timeline.Mark{Kind: timeline.MarkFaults, Text: "P0301 P0171 U0100"})
		}
		for _, e := range d.entries {
			step(&s, d, e, out)
		}
	}
	return &s
}

// TestBytesPerDevice states what a device costs in the changelog.
func TestBytesPerDevice(t *testing.T) {
	var plain condition.State
	d := &drive{rules: condition.DefaultRules(), lat: 52}
	d.fix(0, 50, 1)
	step(&plain, d, d.entries[0], nil)
	for _, c := range []struct {
		what string
		s    *condition.State
		most int
	}{{"without such sensors", &plain, 24}, {"with two tanks, two temperatures and three codes", filled(t), 450}} {
		n := len(c.s.Append(nil))
		t.Logf("%s: %d bytes", c.what, n)
		if n > c.most {
			t.Errorf("%s: %d bytes, want at most %d", c.what, n, c.most)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add((&condition.State{}).Append(nil))
	f.Add(filled(f).Append(nil))
	d := &drive{rules: condition.DefaultRules(), input: condition.Input{TemperatureMinC: 2, TemperatureMaxC: 8}, lat: 52}
	for at := int64(0); at < 2000; at += 50 {
		d.fix(at, 0, 0)
		d.mark(at+1, timeline.Mark{Kind: timeline.MarkFuel, Channel: "1", Unit: "L", Value: 200})
		d.mark(at+2, timeline.Mark{Kind: timeline.MarkTemperature, Channel: "1", Value: 9})
		d.mark(at+3, timeline.Mark{Kind: timeline.MarkFaults, Text: "P0301"})
	}
	out := &condition.Out{Event: func(*condition.Event) {}}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s, again condition.State
		rest, err := s.Decode(b)
		if err != nil {
			return
		}
		one := s.Append(nil)
		if tail, err := again.Decode(one); err != nil || len(tail) > 0 || string(again.Append(nil)) != string(one) {
			t.Fatalf("another state after writing it again: %v, %d bytes left", err, len(tail))
		}
		if len(rest) > len(b) {
			t.Fatal("more is left than there was")
		}
		for _, e := range d.entries {
			step(&s, d, e, out)
		}
	})
}

func TestRulesNameWhatIsWrong(t *testing.T) {
	r := condition.DefaultRules()
	if err := r.Validate(); err != nil {
		t.Fatalf("the default rules: %v", err)
	}
	low, high := 8.0, 2.0
	r.Fuel.RestRadiusM = 0
	r.Fuel.Litres.MinTheft = math.NaN()
	r.Temperature.MaxGapS = -1
	r.Temperature.DefaultMinC, r.Temperature.DefaultMaxC = &low, &high
	r.Faults.ClearReports = 0
	err := r.Validate()
	if err == nil {
		t.Fatal("took wrong rules")
	}
	for _, key := range []string{"fuel.rest_radius_m", "fuel.litres.min_theft", "temperature.max_gap_s", "temperature.default_min_c", "faults.clear_reports"} {
		if !strings.Contains(err.Error(), key+": want ") {
			t.Errorf("%q is not named in: %v", key, err)
		}
	}
}

func BenchmarkFix(b *testing.B) {
	bench := func(s condition.State) func(b *testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			r, in := condition.DefaultRules(), condition.NoInput()
			out := &condition.Out{Event: func(*condition.Event) {}}
			f := timeline.Fix{Time: noon + 8000, LatE6: 52_000_000, LngE6: 13_000_000, SpeedDKMH: 500, ACC: 1}
			for b.Loop() {
				f.Time++
				f.LatE6 += 100
				if f.LatE6 > 53_000_000 {
					f.LatE6 = 52_000_000
				}
				s.Fix(&r, in, &f, out)
			}
		}
	}
	b.Run("no sensors", bench(condition.State{}))
	b.Run("all sensors", bench(*filled(b)))
}

func BenchmarkMark(b *testing.B) {
	for _, m := range []timeline.Mark{
		{Kind: timeline.MarkFuel, Channel: "1", Unit: "L", Value: 200},
		{Kind: timeline.MarkTemperature, Channel: "1", Value: 5},
		{Kind: timeline.MarkFaults, Text: "P0301 P0171 U0100"},
		{Kind: timeline.MarkContact},
	} {
		b.Run(map[timeline.MarkKind]string{20: "fuel", 21: "temperature", 22: "faults", 11: "contact"}[m.Kind], func(b *testing.B) {
			b.ReportAllocs()
			s := *filled(b)
			r, in := condition.DefaultRules(), condition.NoInput()
			out := &condition.Out{Event: func(*condition.Event) {}}
			m.Time = noon + 8000
			for b.Loop() {
				m.Time += 10
				s.Mark(&r, in, &m, out)
			}
		})
	}
}
