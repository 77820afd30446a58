package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// eventsOf reads "kind[/of] start-end[…] [severity] [size]", one a line.
func eventsOf(t *testing.T, text string) []Event {
	t.Helper()
	var out []Event
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		e := Event{IMEI: "1"}
		e.Kind, e.Of, _ = strings.Cut(f[0], "/")
		f[1], e.Ongoing = strings.CutSuffix(f[1], "…")
		if _, err := fmt.Sscanf(f[1], "%d-%d", &e.Start, &e.End); err != nil {
			t.Fatal(err)
		}
		if len(f) > 2 {
			e.Severity = f[2]
		}
		if len(f) > 3 {
			_, _ = fmt.Sscan(f[3], &e.Size)
		}
		out = append(out, e)
	}
	return out
}

func TestDiff(t *testing.T) {
	span := Span{From: 1000, To: 2000, NearS: 15}
	for name, c := range map[string]struct{ stored, candidate, want string }{
		"equal":              {"brake 1100-1102 low 2.5\ntrip 1200-1300", "trip 1200-1300\nbrake 1100-1102 low 2.51", ""},
		"another severity":   {"brake 1100-1102 low", "brake 1100-1102 high", "moved brake 1100-1102>1100-1102"},
		"another size":       {"brake 1100-1102 low 2.5", "brake 1100-1102 low 2.6", "moved brake 1100-1102>1100-1102"},
		"another end":        {"trip 1100-1200", "trip 1100-1300", "moved trip 1100-1200>1100-1300"},
		"near":               {"brake 1100-1102", "brake 1115-1116", "moved brake 1100-1102>1115-1116"},
		"too far":            {"brake 1100-1102", "brake 1118-1119", "lost brake 1100-1102, added brake 1118-1119"},
		"another kind":       {"brake 1100-1102", "turn 1100-1102", "lost brake 1100-1102, added turn 1100-1102"},
		"another channel":    {"fault/P0301 1100-1102", "fault/P0171 1100-1102", "added fault 1100-1102, lost fault 1100-1102"},
		"two become one":     {"trip 1100-1200\ntrip 1210-1300", "trip 1100-1300", "moved trip 1100-1200>1100-1300, lost trip 1210-1300"},
		"one becomes two":    {"trip 1100-1300", "trip 1100-1200\ntrip 1210-1300", "moved trip 1100-1300>1100-1200, added trip 1210-1300"},
		"nearest first":      {"brake 1100-1101\nbrake 1110-1111", "brake 1109-1110", "lost brake 1100-1101, moved brake 1110-1111>1109-1110"},
		"exact first":        {"brake 1100-1101\nbrake 1103-1104", "brake 1103-1104\nbrake 1106-1107", "moved brake 1100-1101>1106-1107"},
		"outside":            {"brake 900-901\nbrake 2000-2001", "brake 800-801\nbrake 2100-2101", ""},
		"over the edge":      {"trip 1005-1100", "trip 990-1100", "moved trip 1005-1100>990-1100"},
		"in over the edge":   {"trip 990-1100", "trip 1005-1100", "moved trip 990-1100>1005-1100"},
		"goes on after it":   {"trip 1900-2500 - 900", "trip 1900-2100… - 300", ""},
		"ends before it":     {"trip 1900-2500", "trip 1900-1950", "moved trip 1900-2500>1900-1950"},
		"still going on":     {"trip 1900-1950…", "trip 1900-1950", "moved trip 1900-1950>1900-1950"},
		"nothing stored":     {"", "brake 1100-1101", "added brake 1100-1101"},
		"nothing of it left": {"brake 1100-1101", "", "lost brake 1100-1101"},
	} {
		t.Run(name, func(t *testing.T) {
			tallies, changes := Diff(eventsOf(t, c.stored), eventsOf(t, c.candidate), span)
			var got []string
			for _, ch := range changes {
				s := fmt.Sprintf("%s %s %d-%d", ch.What, ch.event().Kind, ch.event().Start, ch.event().End)
				if ch.What == Moved {
					s += fmt.Sprintf(">%d-%d", ch.Candidate.Start, ch.Candidate.End)
				}
				got = append(got, s)
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
			total := Tally{}
			for _, v := range tallies {
				total.add(v)
			}
			if total.Added+total.Lost+total.Moved != len(changes) {
				t.Errorf("the tallies %+v are not those of %d changes", total, len(changes))
			}
		})
	}
}

// TestDiffAddsUp: every event of the range is counted once, whatever the lists.
func TestDiffAddsUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	list := func() []Event {
		var out []Event
		for at := int64(1000); at < 2000; at += rnd.Int64N(40) {
			out = append(out, Event{Kind: "brake", Start: at, End: at + rnd.Int64N(30), Severity: []string{"low", "high"}[rnd.IntN(2)]})
		}
		rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		return out
	}
	for range 200 {
		a, b := list(), list()
		tallies, _ := Diff(a, b, Span{From: 1000, To: 2000, NearS: 5})
		v := tallies["brake"]
		if v.Stored != len(a) || v.Candidate != len(b) || v.Same+v.Lost+v.Moved != len(a) || v.Same+v.Added+v.Moved != len(b) {
			t.Fatalf("%d stored and %d of the candidate give %+v", len(a), len(b), *v)
		}
		if tallies, changes := Diff(a, slices.Clone(a), Span{From: 1000, To: 2000, NearS: 5}); len(changes) > 0 || tallies["brake"].Same != len(a) {
			t.Fatalf("a list differs from itself: %+v", changes)
		}
	}
}

// listed is a Source of rows that are there.
type listed []Row

func (l *listed) Next() (Row, bool, error) {
	if len(*l) == 0 {
		return Row{}, false, nil
	}
	r := (*l)[0]
	*l = (*l)[1:]
	return r, true, nil
}

func TestMerge(t *testing.T) {
	m, err := NewMerge(
		&listed{{IMEI: "1", Second: 10, Record: "fix"}, {IMEI: "1", Second: 20, Record: "fix"}, {IMEI: "3", Second: 5, Record: "fix"}},
		&listed{},
		&listed{{IMEI: "1", Second: 10, Record: "alarm"}, {IMEI: "1", Second: 10, Record: "alarm"}, {IMEI: "2", Second: 7, Record: "alarm"}, {IMEI: "3", Second: 4, Record: "alarm"}},
	)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for {
		row, ok, err := m.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		got = append(got, fmt.Sprintf("%s/%d/%v", row.IMEI, row.Second, row.Record))
	}
	const want = "1/10/fix 1/10/alarm 1/10/alarm 1/20/fix 2/7/alarm 3/4/alarm 3/5/fix"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("got %s\nwant %s", text, want)
	}
}
