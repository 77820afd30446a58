package dedup_test

import (
	"encoding/binary"
	"errors"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/dedup"
	"github.com/odograph/odograph/pkg/schema"
)

const (
	page = 1024
	base = int64(1_700_000_000)
)

// A model is a Window without its cleverness: all that was ever added.
type model struct {
	seen   map[int64]byte
	newest int64
}

func (m *model) lookup(second int64, print byte) dedup.Outcome {
	if m.newest > 0 && second/page <= m.newest/page-dedup.Slots {
		return dedup.BeyondWindow
	}
	switch p, ok := m.seen[second]; {
	case !ok:
		return dedup.New
	case p != print:
		return dedup.Conflict
	}
	return dedup.Repeat
}

// TestWindowEqualToModel feeds any order and duplication of fixes to a window
// that is forked, dropped, kept, written and restored at any time.
func TestWindowEqualToModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := model{seen: map[int64]byte{}}
		var kept dedup.Window
		changelog := map[int][]byte{}
		for range rapid.IntRange(1, 8).Draw(t, "transactions") {
			w := kept.Fork()
			added := map[int64]byte{}
			newest := m.newest
			for range rapid.IntRange(0, 60).Draw(t, "fixes") {
				second := base + rapid.Int64Range(-40*page, 40*page).Draw(t, "second")
				if rapid.Bool().Draw(t, "close") {
					second = m.newest + rapid.Int64Range(-5, 5).Draw(t, "near")
					second = max(second, 0)
				}
				print := byte(rapid.IntRange(0, 2).Draw(t, "print"))
				got, want := w.Lookup(second, print), m.lookup(second, print)
				if got != want {
					t.Fatalf("second %d (newest %d): got %d, want %d", second, m.newest, got, want)
				}
				if got == dedup.New {
					w.Add(second, print)
					m.seen[second], added[second] = print, print
					m.newest = max(m.newest, second)
				}
			}
			if rapid.Bool().Draw(t, "abort") {
				for s := range added {
					delete(m.seen, s)
				}
				m.newest = newest
				continue
			}
			w.Dirty(func(slot int) { changelog[slot] = w.AppendPage(nil, slot) })
			w.Settle()
			kept = w
			if rapid.Bool().Draw(t, "restart") {
				kept = dedup.Window{}
				for slot, b := range changelog { // in any order
					if err := kept.LoadPage(slot, b); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}

func TestMinSpan(t *testing.T) {
	var w dedup.Window
	// The worst case: the newest fix stands alone at the start of its page.
	newest := (base/page + 1) * page
	oldest := newest - int64(dedup.MinSpan.Seconds())
	w.Add(oldest, 1)
	w.Add(newest, 1)
	if dedup.MinSpan.Hours() < 6 {
		t.Errorf("the window spans %v, want at least 6 h", dedup.MinSpan)
	}
	if got := w.Lookup(oldest, 1); got != dedup.Repeat {
		t.Errorf("the oldest second: got %d, want Repeat", got)
	}
	if got := w.Lookup(oldest-1, 1); got != dedup.BeyondWindow {
		t.Errorf("before it: got %d, want BeyondWindow", got)
	}
}

func TestPageRefusesWhatItIsNot(t *testing.T) {
	var w dedup.Window
	for s := range int64(900) {
		w.Add(base/page*page+s, byte(s))
	}
	slot := int(base / page % dedup.Slots)
	good := w.AppendPage(nil, slot)
	for n := range good {
		if err := new(dedup.Window).LoadPage(slot, good[:n]); err == nil {
			t.Fatalf("took a page cut to %d of %d bytes", n, len(good))
		}
	}
	if err := new(dedup.Window).LoadPage((slot+1)%dedup.Slots, good); err == nil {
		t.Error("took a page in the wrong slot")
	}
}

func FuzzLoadPage(f *testing.F) {
	var w dedup.Window
	w.Add(base, 7)
	f.Add(w.AppendPage(nil, int(base/page%dedup.Slots)))
	f.Add(w.AppendPage(nil, dedup.TailSlot))
	f.Fuzz(func(t *testing.T, b []byte) {
		for slot := range dedup.TailSlot + 1 {
			var w dedup.Window
			if w.LoadPage(slot, b) != nil {
				continue
			}
			var again dedup.Window
			if err := again.LoadPage(slot, w.AppendPage(nil, slot)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestRecent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &dedup.Recent{}
		var all []uint64
		var whole, tail []byte // as written last
		for range rapid.IntRange(0, 100).Draw(t, "items") {
			id := rapid.Uint64Range(0, 60).Draw(t, "id")
			last := all[max(0, len(all)-dedup.RecentSize):]
			want := false
			for _, x := range last {
				want = want || x == id
			}
			if got := r.Seen(id); got != want {
				t.Fatalf("%d: got %v, want %v", id, got, want)
			}
			r = r.With(id)
			all = append(all, id)
			if rapid.IntRange(0, 3).Draw(t, "batch goes on") == 0 {
				continue
			}
			var all bool
			if r, all = r.ToWrite(); all {
				whole = r.Append(nil)
			} else {
				tail = r.AppendTail(nil)
			}
			if rapid.Bool().Draw(t, "restart") {
				r = loadRecent(t, whole, tail)
			}
		}
	})
}

// loadRecent takes the parts in either order.
func loadRecent(t *rapid.T, whole, tail []byte) *dedup.Recent {
	var l dedup.RecentLoader
	var errs [3]error
	if tail != nil && rapid.Bool().Draw(t, "tail first") {
		errs[0] = l.LoadTail(tail)
	}
	errs[1] = l.Load(whole)
	if tail != nil {
		errs[2] = l.LoadTail(tail)
	}
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return l.Recent()
}

// TestRecentOfVersion1 reads what was written before there were tails.
func TestRecentOfVersion1(t *testing.T) {
	b := []byte{1}
	for id := range uint64(dedup.RecentSize) {
		b = binary.LittleEndian.AppendUint64(b, id*0x0101010101010101)
	}
	var l dedup.RecentLoader
	if err := l.Load(b); err != nil {
		t.Fatal(err)
	}
	r, whole := l.Recent().With(7).ToWrite()
	if r.Seen(0) || !r.Seen(0x0101010101010101) || !r.Seen(7) || !whole {
		t.Errorf("got %x, whole: %v", r.Append(nil), whole)
	}
}

// TestRecentOfVersion2 reads what was written while a turn had one byte: its tail
// goes on, and one of a turn that comes round is never current later.
func TestRecentOfVersion2(t *testing.T) {
	ids := func(b []byte, from, to uint64) []byte {
		for id := from; id < to; id++ {
			b = binary.LittleEndian.AppendUint64(b, id)
		}
		return b
	}
	whole, tail, old := ids([]byte{2, 7}, 100, 132), ids([]byte{1, 7}, 132, 135), ids([]byte{1, 9}, 1, 4)
	var l dedup.RecentLoader
	if err := errors.Join(l.Load(whole), l.LoadTail(tail)); err != nil {
		t.Fatal(err)
	}
	r := l.Recent()
	if r.Seen(102) || !r.Seen(103) || !r.Seen(134) {
		t.Errorf("got %x", r.Append(nil))
	}
	for id := uint64(1000); id < 1100; id++ {
		r, _ = r.With(id).ToWrite()
		var l dedup.RecentLoader
		if err := errors.Join(l.Load(r.Append(nil)), l.LoadTail(old)); err != nil {
			t.Fatal(err)
		}
		if l.Recent().Seen(2) {
			t.Fatalf("after item %d the old tail was taken for a current one", id)
		}
	}
}

// TestOldTailStaysOld: a tail that was left behind, since the items that came after
// it were written whole each time, is never taken for a current one.
func TestOldTailStaysOld(t *testing.T) {
	r := &dedup.Recent{}
	r, _ = r.With(1).ToWrite()
	r, _ = r.With(2).ToWrite()
	tail := r.AppendTail(nil)
	id := uint64(2)
	for range 600 { // turns
		for range 9 { // more than a tail holds
			id++
			r = r.With(id)
		}
		var whole bool
		if r, whole = r.ToWrite(); !whole {
			t.Fatal("it was not written whole")
		}
		var l dedup.RecentLoader
		if err := errors.Join(l.Load(r.Append(nil)), l.LoadTail(tail)); err != nil {
			t.Fatal(err)
		}
		if l.Recent().Seen(2) != r.Seen(2) {
			t.Fatalf("after item %d the old tail was taken for a current one", id)
		}
	}
}

func FuzzRecent(f *testing.F) {
	r := &dedup.Recent{}
	for id := range uint64(40) {
		r, _ = r.With(id).ToWrite()
	}
	f.Add(r.Append(nil), r.AppendTail(nil))
	f.Add([]byte{1, 1, 2, 3, 4, 5, 6, 7, 8}, []byte{})
	f.Fuzz(func(t *testing.T, whole, tail []byte) {
		var l dedup.RecentLoader
		wrong, wrongTail := l.Load(whole), l.LoadTail(tail)
		r, all := l.Recent().With(9).ToWrite()
		if !r.Seen(9) || all && wrong == nil && len(r.Append(nil)) > 5+8*dedup.RecentSize {
			t.Fatalf("%v, %v: %x", wrong, wrongTail, r.Append(nil))
		}
	})
}

func TestFingerprint(t *testing.T) {
	fix := func(lat, lng, speed, heading float64) *schema.Fix {
		return &schema.Fix{Lat: lat, Lng: lng, SpeedKMH: schema.Some(speed), HeadingDeg: schema.Some(heading)}
	}
	a := fix(22.576539, 113.942885, 41, 155)
	if dedup.Fingerprint(a) != dedup.Fingerprint(fix(22.5765391234, 113.9428853, 41.2, 155.1)) {
		t.Error("another precision is another content")
	}
	if dedup.Fingerprint(a) == dedup.Fingerprint(fix(22.586539, 113.942885, 41, 155)) {
		t.Error("a kilometre away is the same content")
	}
	if dedup.Fingerprint(a) == dedup.Fingerprint(&schema.Fix{Lat: a.Lat, Lng: a.Lng}) {
		t.Error("without speed and heading is the same content")
	}
}

// TestBytesPerDevice states what a device costs; the package doc repeats it.
func TestBytesPerDevice(t *testing.T) {
	for _, c := range []struct {
		interval  int64
		mostBytes int
		mostLog   int // changelog bytes of one accepted fix, key and value
	}{{1, 28_000, 100}, {10, 6_500, 65}, {60, 4_500, 60}} {
		var w dedup.Window
		log, fixes := 0, 0
		for s := base; s < base+24*3600; s += c.interval {
			w.Add(s, byte(s))
			w.Dirty(func(slot int) { log += len("356938035643809/") + 2 + len(w.AppendPage(nil, slot)) })
			w = w.Fork() // one transaction a fix: the dearest pattern
			fixes++
		}
		size := int(unsafe.Sizeof(w)) + dedup.PageBytes(&w)
		t.Logf("a fix every %2d s: %5d bytes in memory, %3d changelog bytes a fix", c.interval, size, log/fixes)
		if size > c.mostBytes || log/fixes > c.mostLog {
			t.Errorf("a fix every %d s: more than %d bytes or %d changelog bytes", c.interval, c.mostBytes, c.mostLog)
		}
	}
}

func BenchmarkLookupAdd(b *testing.B) {
	b.ReportAllocs()
	var w dedup.Window
	second := base
	for i := 0; b.Loop(); i++ {
		if i%50 == 0 {
			w = w.Fork()
		}
		second += 10
		if w.Lookup(second, 3) == dedup.New {
			w.Add(second, 3)
		}
	}
}
