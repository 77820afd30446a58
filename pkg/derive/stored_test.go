package derive_test

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/timeline"
)

// A stored is a device as an earlier version wrote it.
type stored struct {
	parts  map[string][]byte
	before []timeline.Entry // what had led to the parts
	then   []timeline.Entry // what comes after
	late   []timeline.Entry // and after that, from before
}

// readStored reads the parts of a version, and what they are of.
func readStored(t *testing.T, parts string) *stored {
	s := &stored{parts: map[string][]byte{}}
	s.read(t, "testdata/device_entries.txt")
	s.read(t, parts)
	return s
}

func (s *stored) read(t *testing.T, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	to := &s.before
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		switch sort, rest, _ := strings.Cut(line, " "); sort {
		case "#":
		case "then":
			to = &s.then
		case "late":
			to = &s.late
		case "part":
			name, value, _ := strings.Cut(rest, " ")
			if s.parts[name], err = hex.DecodeString(value); err != nil {
				t.Fatal(err)
			}
		default:
			*to = append(*to, readEntry(t, sort, rest))
		}
	}
}

func readEntry(t *testing.T, sort, line string) timeline.Entry {
	f, m := &timeline.Fix{}, &timeline.Mark{}
	var err error
	if sort == "fix" {
		_, err = fmt.Sscan(line, &f.Time, &f.LatE6, &f.LngE6, &f.SpeedDKMH, &f.HeadingDeg, &f.Satellites, &f.ACC, &f.OdometerM, &f.Old)
		m = nil
	} else {
		_, err = fmt.Sscanf(line, "%d %d %q %q %q %g %d %d %d", &m.Time, &m.Kind, &m.Text, &m.Channel, &m.Unit, &m.Value, &m.LatE6, &m.LngE6, &m.Speed)
		f = nil
	}
	if err != nil {
		t.Fatalf("%s %s: %v", sort, line, err)
	}
	return timeline.Entry{Fix: f, Mark: m}
}

// TestStoredBefore: what earlier versions wrote is read, and a device that goes on
// from there says the same as one that this version had from its first entry on.
func TestStoredBefore(t *testing.T) {
	for _, file := range []string{"testdata/device_base2.txt", "testdata/device_base3.txt"} {
		s := readStored(t, file)
		old, anew := newPlayer(derive.DefaultRules(), 0), newPlayer(derive.DefaultRules(), 0)
		old.parts = s.parts
		if old.restart(); old.err != nil {
			t.Fatalf("%s: %v", file, old.err)
		}
		log, base := old.d.Log()
		var got, want []string
		for e := range log.EntriesAfter(base) {
			got = append(got, entryText(e))
		}
		for _, e := range s.before {
			if e.Time() > base {
				want = append(want, entryText(e))
			}
		}
		if !slices.Equal(got, want) || len(want) < 200 || len(want) == len(s.before) {
			t.Fatalf("%s: %d entries after the base, want %d of %d:\n%v\n%v", file, len(got), len(want), len(s.before), got, want)
		}

		if err := anew.inOrder(s.before); err != nil {
			t.Fatal(err)
		}
		old.revisions, old.table = anew.revisions, anew.table
		anew.revisions, anew.table = maps.Clone(anew.revisions), maps.Clone(anew.table)
		before := maps.Clone(anew.table)
		for _, p := range []*player{old, anew} {
			for _, e := range slices.Concat(s.then, s.late) {
				p.batch([]timeline.Entry{e}, false)
			}
			if p.restart(); p.err != nil {
				t.Fatalf("%s: %v", file, p.err)
			}
		}
		if diff := difference(anew.table, old.table); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		if reflect.DeepEqual(before, anew.table) {
			t.Errorf("%s: nothing came of what was added", file)
		}
	}
}

func entryText(e timeline.Entry) string {
	if e.Fix != nil {
		return fmt.Sprint(*e.Fix)
	}
	return fmt.Sprint(*e.Mark)
}
