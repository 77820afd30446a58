package spool

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// filled is a disk with n records in several segments, of which some are
// released, and what is on it.
func filled(t *rapid.T, n int) (d *disk, records []string, released int) {
	d = newDisk()
	l, err := open(d, "spool", 1<<20, testSegment, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		r := fmt.Sprintf("record %d %s", i, strings.Repeat("y", rapid.IntRange(0, 50).Draw(t, "length")))
		records = append(records, r)
		if err := l.Append(t.Context(), []byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	if released = rapid.IntRange(0, n/2).Draw(t, "released"); released > 0 {
		for left := released; left > 0; {
			out, end, err := l.Read(left, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			l.Release(end)
			left -= len(out)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return d, records, released
}

func drain(t interface{ Fatal(...any) }, l *Log) (out []string) {
	for {
		records, end, err := l.Read(7, 200)
		if err != nil {
			t.Fatal(err)
		}
		if len(records) == 0 {
			return out
		}
		for _, r := range records {
			out = append(out, string(r))
		}
		l.Release(end)
	}
}

// TestDamageCostsOnlyWhatIsDamaged changes bytes of segments: each record of
// which no byte was changed still comes out, nothing else does, and what was
// changed is kept.
func TestDamageCostsOnlyWhatIsDamaged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, records, released := filled(t, rapid.IntRange(5, 40).Draw(t, "records"))
		touched := map[string]bool{}
		for range rapid.IntRange(1, 4).Draw(t, "damages") {
			var segments []string
			for name := range d.names {
				if strings.HasSuffix(name, segmentSuffix) {
					segments = append(segments, name)
				}
			}
			slices.Sort(segments)
			if len(segments) == 0 {
				return
			}
			f := d.names[rapid.SampledFrom(segments).Draw(t, "segment")]
			at := rapid.IntRange(0, len(f.data)-1).Draw(t, "at")
			length := min(rapid.IntRange(1, 80).Draw(t, "bytes"), len(f.data)-at)
			place := int(segmentHead) // of each record, before this damage
			for place < len(f.data) {
				r, n, err := parseRecord(f.data[place:])
				if err != nil {
					place++ // in what an earlier damage has left
					continue
				}
				if place < at+length && place+n > at {
					touched[string(r)] = true
				}
				place += n
			}
			for i := range length {
				f.data[at+i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
			}
		}
		want := map[string]bool{}
		for _, r := range records {
			want[r] = !touched[r]
		}
		for round := range 2 {
			l, err := open(d, "spool", 1<<20, testSegment, quiet)
			if err != nil {
				t.Fatal(err)
			}
			if n := l.Stats().Damaged; round == 1 && n > 0 {
				t.Fatalf("the second start finds damage: %d", n)
			}
			var got []string
			if round == 0 {
				records, _, err := l.Read(1, 1)
				if err != nil {
					t.Fatal(err)
				}
				if len(records) > 0 && !want[string(records[0])] {
					t.Fatalf("%q comes out", records[0])
				}
			} else {
				got = drain(t, l)
				last := -1
				for _, r := range got {
					i := slices.Index(records, r)
					if i <= last || !want[r] {
						t.Fatalf("%q comes out, after record %d", r, last)
					}
					last = i
				}
				for _, r := range records[released:] {
					if want[r] && !slices.Contains(got, r) {
						t.Fatalf("%q was not damaged and is gone; %q came out", r, got)
					}
				}
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestDamageIsKept: the bytes that were set aside are those that were there.
func TestDamageIsKept(t *testing.T) {
	d := newDisk()
	l, err := open(d, "spool", 1<<20, 1<<20, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []string{"one", "two", "three"} {
		if err := l.Append(t.Context(), []byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	_ = l.Close()
	f := d.names[l.path(1)]
	f.data[segmentHead+2*recordHead+3] = 'T' // of "two"
	if l, err = open(d, "spool", 1<<20, 1<<20, quiet); err != nil {
		t.Fatal(err)
	}
	if got := drain(t, l); !slices.Equal(got, []string{"one", "three"}) || l.Stats().Damaged != 1 {
		t.Errorf("%q came out, %d places damaged", got, l.Stats().Damaged)
	}
	names := d.damaged()
	if len(names) != 1 || !strings.HasSuffix(string(d.names[names[0]].data), "Two") {
		t.Errorf("set aside: %v", names)
	}
}

// TestTornTail: what a crash cuts off at the end is no damage.
func TestTornTail(t *testing.T) {
	for cut := range 20 {
		d := newDisk()
		l, err := open(d, "spool", 1<<20, 1<<20, quiet)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []string{"whole", "cut off"} {
			if err := l.Append(t.Context(), []byte(r)); err != nil {
				t.Fatal(err)
			}
		}
		_ = l.Close()
		f := d.names[l.path(1)]
		f.data = f.data[:len(f.data)-cut]
		if l, err = open(d, "spool", 1<<20, 1<<20, quiet); err != nil {
			t.Fatal(err)
		}
		want := []string{"whole", "cut off"}
		if cut > 0 {
			want = want[:1]
		}
		if got := drain(t, l); !slices.Equal(got, want) || l.Stats().Damaged != 0 {
			t.Errorf("cut %d: %q came out, %d places damaged", cut, got, l.Stats().Damaged)
		}
	}
}

// FuzzSegment opens any bytes as a segment: no panic, what comes out came from
// whole records, and a second start finds the same.
func FuzzSegment(f *testing.F) {
	whole := appendRecord(appendRecord(appendSegmentHead(nil, 1), []byte("one")), []byte("two"))
	f.Add(whole, uint16(0))
	f.Add(whole[:len(whole)-1], uint16(20))
	f.Add(append(slices.Clone(whole[:30]), whole[16:]...), uint16(40))
	f.Add([]byte("ODOSPL1"), uint16(7))
	f.Fuzz(func(t *testing.T, b []byte, cursor uint16) {
		d := newDisk()
		l, err := open(d, "spool", 1<<30, testSegment, quiet)
		if err != nil {
			t.Fatal(err)
		}
		path := l.path(1)
		if err := l.writeCursor(Position{segment: 1, offset: int64(cursor)}); err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		d.names[path] = &inode{data: b, synced: b}
		var outs [2][]string
		for i := range outs {
			if l, err = open(d, "spool", 1<<30, testSegment, quiet); err != nil {
				t.Fatal(err)
			}
			records, _, err := l.Read(100, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records {
				outs[i] = append(outs[i], string(r))
			}
			_ = l.Close()
		}
		if !slices.Equal(outs[0], outs[1]) {
			t.Errorf("first %q, then %q", outs[0], outs[1])
		}
	})
}
