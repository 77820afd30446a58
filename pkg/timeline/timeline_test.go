package timeline_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/timeline"
)

const base = int64(1_700_000_000)

// A record is one entry of a model.
type record struct {
	fix  *timeline.Fix
	mark *timeline.Mark
}

func (r record) time() int64 { return timeline.Entry{Fix: r.fix, Mark: r.mark}.Time() }

// key orders records of one second.
func (r record) key() []string {
	if r.fix != nil {
		return nil
	}
	m := r.mark
	sorted := func(v int64) string { return fmt.Sprintf("%020d", uint64(v)^1<<63) }
	return []string{sorted(int64(m.Kind)), m.Channel, m.Text, m.Unit, fmt.Sprintf("%020d", math.Float64bits(m.Value)),
		sorted(int64(m.LatE6)), sorted(int64(m.LngE6)), sorted(int64(m.Speed))}
}

func compare(a, b record) int {
	return cmp.Or(cmp.Compare(a.time(), b.time()), slices.Compare(a.key(), b.key()))
}

// A model is a Log without its cleverness: a sorted slice.
type model []record

func (m *model) add(r record) timeline.Outcome {
	at, found := slices.BinarySearchFunc(*m, r, compare)
	switch {
	case found:
		return timeline.Duplicate
	case at == len(*m):
		*m = append(slices.Clone(*m), r)
		return timeline.Appended
	}
	*m = slices.Insert(slices.Clone(*m), at, r)
	return timeline.Inserted
}

func all(l *timeline.Log) (m model) {
	l.Entries(func(e timeline.Entry) bool {
		m = append(m, copyOf(e))
		return true
	})
	return m
}

func copyOf(e timeline.Entry) record {
	if e.Fix != nil {
		f := *e.Fix
		return record{fix: &f}
	}
	m := *e.Mark
	return record{mark: &m}
}

func (r record) String() string {
	if r.fix != nil {
		return fmt.Sprintf("%+v", *r.fix)
	}
	return fmt.Sprintf("%+v", *r.mark)
}

func same(a, b model) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d entries, want %d", len(a), len(b))
	}
	for i := range a {
		if a[i].String() != b[i].String() {
			return fmt.Errorf("entry %d: %v, want %v", i, a[i], b[i])
		}
	}
	return nil
}

func (m model) newest() (entry, fix int64) {
	for _, r := range m {
		entry = r.time()
		if r.fix != nil {
			fix = entry
		}
	}
	return entry, fix
}

// A changelog is what is left of it after compaction.
type changelog map[int][]byte

func (c changelog) write(l *timeline.Log) {
	l.Dirty(func(slot int) {
		if b, ok := l.AppendChunk(nil, slot); ok {
			c[slot] = b
		} else {
			delete(c, slot)
		}
	})
	l.Settle()
}

func (c changelog) restore() (timeline.Log, error) {
	var d timeline.Loader
	for slot, b := range c {
		if err := d.Load(slot, b); err != nil {
			return timeline.Log{}, err
		}
	}
	return d.Log()
}

// drawFix draws what devices send, seldom what they cannot.
func drawFix(t *rapid.T, at int64, last timeline.Fix) timeline.Fix {
	f := last
	f.Time = at
	if rapid.IntRange(0, 3).Draw(t, "rest") == 0 {
		return f
	}
	step := rapid.Int32Range(-400, 400)
	f.LatE6 += step.Draw(t, "lat")
	f.LngE6 += step.Draw(t, "lng")
	f.SpeedDKMH = rapid.Int32Range(-1, 8).Draw(t, "speed") * 10
	f.HeadingDeg = rapid.Int32Range(-1, 359).Draw(t, "heading")
	f.Satellites = rapid.Int32Range(-1, 31).Draw(t, "satellites")
	f.ACC = rapid.Int32Range(-1, 1).Draw(t, "acc")
	f.OdometerM = max(f.OdometerM, 0) + rapid.Int64Range(-50, 200).Draw(t, "odometer")
	f.Old = rapid.Bool().Draw(t, "old")
	if f.SpeedDKMH < 0 {
		f.SpeedDKMH = timeline.Unknown
	}
	if rapid.IntRange(0, 30).Draw(t, "extreme") == 0 {
		f.LatE6, f.LngE6 = extreme32(t), extreme32(t)
		f.SpeedDKMH, f.HeadingDeg, f.Satellites, f.ACC = extreme32(t), extreme32(t), extreme32(t), extreme32(t)
		f.OdometerM = rapid.Int64().Draw(t, "odometer")
	}
	return f
}

func extreme32(t *rapid.T) int32 {
	return rapid.OneOf(rapid.Int32(), rapid.SampledFrom([]int32{-1, 0, 1, 359, 360, 180_000_000, -180_000_000, 179_999_999,
		90_000_000, -90_000_000, math.MaxInt32, math.MinInt32})).Draw(t, "extreme")
}

func drawMark(t *rapid.T, at int64) timeline.Mark {
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "P0301", "L"}), rapid.StringN(0, 30, 64))
	value := rapid.OneOf(rapid.SampledFrom([]float64{math.NaN(), 0, 1, -1, 41.25, math.Inf(1), math.Copysign(0, -1)}), rapid.Float64())
	place := rapid.OneOf(rapid.Just[int32](timeline.NoPosition), rapid.Int32())
	return timeline.Mark{
		Time: at, Kind: timeline.MarkKind(rapid.IntRange(0, 255).Draw(t, "kind")), Text: text.Draw(t, "text"),
		Channel: text.Draw(t, "channel"), Unit: text.Draw(t, "unit"), Value: value.Draw(t, "value"),
		LatE6: place.Draw(t, "lat"), LngE6: place.Draw(t, "lng"), Speed: rapid.Int32Range(-1, 300).Draw(t, "speed"),
	}
}

func drawTime(t *rapid.T, newest int64) int64 {
	switch rapid.IntRange(0, 9).Draw(t, "when") {
	case 0:
		return newest - rapid.Int64Range(0, 3).Draw(t, "just before")
	case 1:
		return newest - rapid.Int64Range(0, 9000).Draw(t, "late")
	case 2:
		return newest + rapid.Int64Range(0, 9000).Draw(t, "gap")
	case 3:
		if rapid.IntRange(0, 9).Draw(t, "far") == 0 {
			return rapid.Int64().Draw(t, "any time")
		}
	}
	return newest + 10
}

// TestLogEqualToModel adds any entries in any order to a log that is forked,
// dropped, kept, cut, written and restored at any time.
func TestLogEqualToModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var kept timeline.Log
		var want model
		written := changelog{}
		last := timeline.Fix{LatE6: 22_576_539, LngE6: 113_942_885, SpeedDKMH: 410, HeadingDeg: 155, Satellites: 9, ACC: 1, OdometerM: 80_000}
		for range rapid.IntRange(1, 8).Draw(t, "transactions") {
			l, m := kept.Fork(), slices.Clone(want)
			for range rapid.IntRange(0, 80).Draw(t, "entries") {
				newest, _ := m.newest()
				if len(m) == 0 {
					newest = base
				}
				at := drawTime(t, newest)
				var r record
				var got timeline.Outcome
				if rapid.IntRange(0, 9).Draw(t, "mark") == 0 {
					mark := drawMark(t, at)
					r, got = record{mark: &mark}, l.AddMark(mark)
				} else {
					fix := drawFix(t, at, last)
					r, got = record{fix: &fix}, l.AddFix(fix)
					last = fix
				}
				if want := m.add(r); got != want {
					t.Fatalf("%v: outcome %d, want %d", r, got, want)
				}
			}
			if rapid.Bool().Draw(t, "cut") {
				newest, _ := m.newest()
				m = cut(t, &l, m, max(newest, math.MinInt64+7200)-rapid.Int64Range(0, 7200).Draw(t, "window"))
			}
			check(t, &l, m)
			check(t, &kept, want)
			if rapid.IntRange(0, 3).Draw(t, "abort") == 0 {
				continue
			}
			written.write(&l)
			kept, want = l, m
			restored, err := written.restore()
			if err != nil {
				t.Fatal(err)
			}
			check(t, &restored, want)
			if rapid.Bool().Draw(t, "restart") {
				kept = restored
			}
		}
	})
}

func check(t *rapid.T, l *timeline.Log, want model) {
	t.Helper()
	if err := same(all(l), want); err != nil {
		t.Fatal(err)
	}
	entry, fix := want.newest()
	if l.Len() != len(want) || l.Newest() != entry || l.NewestFix() != fix {
		t.Fatalf("len %d, newest %d, fix %d; want %d, %d, %d", l.Len(), l.Newest(), l.NewestFix(), len(want), entry, fix)
	}
}

// cut cuts the log and gives what the model keeps: it must be a prefix, and not
// too new.
func cut(t *rapid.T, l *timeline.Log, m model, before int64) model {
	i := 0
	l.Cut(before, func(e timeline.Entry) {
		if got := copyOf(e); i >= len(m) || got.String() != m[i].String() || got.time() >= before {
			t.Fatalf("cut %v before %d at %d", got, before, i)
		}
		i++
	})
	if i > 0 && i < len(m) && m[i-1].time() >= m[i].time() {
		t.Fatal("cut within a second")
	}
	return m[i:]
}

func TestLoaderRefusesWhatItIsNot(t *testing.T) {
	var l timeline.Log
	for i := range int64(300) {
		l.AddFix(timeline.Fix{Time: base + i*10, LatE6: int32(i * 900), SpeedDKMH: 300, ACC: 1})
	}
	written := changelog{}
	written.write(&l)
	for slot, good := range written {
		for n := range good {
			bad := changelog{}
			for s, b := range written {
				bad[s] = b
			}
			bad[slot] = good[:n]
			if _, err := bad.restore(); !errors.Is(err, timeline.ErrChunk) {
				t.Fatalf("took slot %d cut to %d of %d bytes: %v", slot, n, len(good), err)
			}
			garbled := slices.Clone(good)
			garbled[n] ^= 0x10
			bad[slot] = garbled
			if _, err := bad.restore(); !errors.Is(err, timeline.ErrChunk) {
				t.Fatalf("took slot %d garbled at %d of %d bytes: %v", slot, n, len(good), err)
			}
		}
	}
}

func TestTextOfMarks(t *testing.T) {
	long := strings.Repeat("ü", 200)
	var l timeline.Log
	l.AddMark(timeline.Mark{Time: base, Text: long, Channel: "x" + long, Unit: long[:timeline.MaxTextBytes]})
	if got := l.AddMark(timeline.Mark{Time: base, Text: long[:timeline.MaxTextBytes], Channel: "x" + long[:timeline.MaxTextBytes-2], Unit: long}); got != timeline.Duplicate {
		t.Errorf("the same mark, cut: outcome %d", got)
	}
	m := all(&l)[0].mark
	if m.Text != long[:timeline.MaxTextBytes] || m.Channel != "x"+long[:timeline.MaxTextBytes-2] || m.Unit != long[:timeline.MaxTextBytes] {
		t.Errorf("got %q, %q, %q", m.Text, m.Channel, m.Unit)
	}
}

// TestForksAreApart adds to two forks of one log by turns.
func TestForksAreApart(t *testing.T) {
	var l timeline.Log
	fixes := drive(5, 7200, 10, true)
	for _, f := range fixes[:400] {
		l.AddFix(f)
	}
	before := all(&l)
	a, b := l.Fork(), l.Fork()
	for _, f := range fixes[400:] {
		a.AddFix(f)
		f.LatE6 += 77
		f.Time += 2
		b.AddFix(f)
		f.Time -= 3001
		b.AddFix(f)
	}
	if err := same(all(&l), before); err != nil {
		t.Error("the original:", err)
	}
	if n := len(fixes); a.Len() != n || b.Len() != 400+2*(n-400) || len(all(&a)) != n || len(all(&b)) != b.Len() {
		t.Errorf("%d and %d entries", a.Len(), b.Len())
	}
	for i, r := range all(&a) {
		if r.fix == nil || *r.fix != fixes[i] {
			t.Fatalf("fix %d: %v", i, r)
		}
	}
}

// TestSineTable compares the table of whole numbers with the sine.
func TestSineTable(t *testing.T) {
	for i, got := range timeline.Sines() {
		if want := math.Round(math.Sin(float64(i)/2*math.Pi/180) * (1 << 15)); math.Abs(float64(got)-want) > 0 {
			t.Errorf("%v degrees: %d, want %v", float64(i)/2, got, want)
		}
	}
}
