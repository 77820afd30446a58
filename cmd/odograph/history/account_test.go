package history

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

func at(second int64) time.Time { return time.Unix(second, 0).UTC() }

// recordsOf reads "kind[/of] start-end[…] [rN|-rN] [size]", one a line: rN is the
// revision, -rN that of a retraction; of is the fence or the code. The id is kind,
// of and start.
func recordsOf(t *testing.T, text string) []record {
	t.Helper()
	var out []record
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		var start, end int64
		var size float64
		revised := schema.Revised{Revision: 1}
		span, ongoing := strings.CutSuffix(f[1], "…")
		if _, err := fmt.Sscanf(span, "%d-%d", &start, &end); err != nil {
			t.Fatal(err)
		}
		for _, word := range f[2:] {
			rest, gone := strings.CutPrefix(word, "-")
			if n, is := strings.CutPrefix(rest, "r"); is {
				_, _ = fmt.Sscan(n, &revised.Revision)
				revised.Retracted = gone
			} else {
				_, _ = fmt.Sscan(word, &size)
			}
		}
		kind, of, _ := strings.Cut(f[0], "/")
		id := fmt.Sprintf("%s %d", f[0], start)
		switch kind {
		case "trip":
			out = append(out, &schema.Trip{TripID: id, IMEI: "1", StartTime: at(start), EndTime: at(end), Ongoing: ongoing, DistanceM: size, Revised: revised})
		case "parking":
			out = append(out, &schema.Stop{StopID: id, IMEI: "1", StartTime: at(start), EndTime: at(end), Ongoing: ongoing, Kind: kind, Revised: revised})
		case "fault":
			out = append(out, &schema.ConditionEvent{EventID: id, IMEI: "1", Kind: schema.ConditionFault, Code: of, StartTime: at(start), EndTime: at(end), Ongoing: ongoing, Revised: revised})
		case "enter", "exit", "dwell", "inside_at_start":
			out = append(out, &schema.GeofenceEvent{EventID: id, IMEI: "1", Kind: kind, FenceID: of, At: at(start), ConfirmedAt: at(end), DwellS: schema.Some(size), Revised: revised})
		default:
			out = append(out, &schema.DrivingEvent{EventID: id, IMEI: "1", Kind: schema.DrivingKind(kind), StartTime: at(start), EndTime: at(end), PeakMPS2: schema.Some(size), Revised: revised})
		}
	}
	return out
}

// covered is what was read each few minutes, but for the hours of none.
func covered(t *testing.T, from, to int64, none string) (c cover) {
	t.Helper()
	var start, end int64
	if none != "" {
		if _, err := fmt.Sscanf(none, "%d-%d", &start, &end); err != nil {
			t.Fatal(err)
		}
	}
	for at := from; at < to; at += 500 {
		if at < start || at >= end {
			c.add(at)
		}
	}
	return c
}

// TestAccount compares by id: what is written, with which revision, and what is
// left.
func TestAccount(t *testing.T) {
	const from, to, settledS, now = 100_000, 200_000, 10_000, 1_000_000
	for name, c := range map[string]struct {
		stored, derived string
		newest          int64 // 0: now
		want            string
		more            bool
		none            string // hours without fixes and sensors, "from-to"
	}{
		"equal":                      {stored: "brake 110000-110002 r3 2.5", derived: "brake 110000-110002 2.5"},
		"a little otherwise":         {stored: "brake 110000-110002 r3 2.5", derived: "brake 110000-110002 2.50001", want: "moved brake 110000 r4"},
		"new":                        {derived: "trip 110000-120000 5", want: "added trip 110000 r1"},
		"lost":                       {stored: "trip 110000-120000 r7 5", want: "lost trip 110000 -r8"},
		"taken back before":          {stored: "trip 110000-120000 -r8 5"},
		"there again":                {stored: "trip 110000-120000 -r8 5", derived: "trip 110000-120000 5", want: "added trip 110000 r9"},
		"outside":                    {stored: "brake 99999-100001 1\nbrake 200000-200001 1", derived: "brake 99998-100001 1\nbrake 200001-200002 1"},
		"another start":              {stored: "parking 110000-120000", derived: "parking 110010-120000", want: "lost parking 110000 -r2, added parking 110010 r1"},
		"not ended":                  {derived: "trip 190000-210000… 5", want: "left: " + LeftUnfinished, more: true},
		"goes on, as stored":         {stored: "trip 190000-210000… 5", derived: "trip 190000-210000… 5"},
		"the enricher has it open":   {stored: "trip 190000-210000… r4 5", derived: "trip 190000-195000 5", want: "left: " + LeftToEnricher},
		"too new for the device":     {derived: "trip 190000-195000 5", newest: 204_999, want: "left: " + LeftToEnricher, more: true},
		"just old enough for it":     {derived: "trip 190000-195000 5", newest: 205_000, want: "added trip 190000 r1"},
		"confirmed late":             {derived: "enter/f 110000-195000", newest: 204_999, want: "left: " + LeftToEnricher, more: true},
		"before its fence came":      {derived: "enter/new 110000-195000", newest: 195_000, want: "added enter 110000 r1"},
		"after its fence came":       {derived: "enter/new 150000-195000", newest: 195_000, want: "left: " + LeftToEnricher, more: true},
		"a long stop lies over it":   {stored: "parking 50000-150000", derived: "parking 90000-120000\ntrip 120000-121000 5", want: "left: " + LeftOver, more: true},
		"a long stop ends before it": {stored: "parking 50000-120000", derived: "parking 90000-120000\ntrip 120000-121000 5", want: "added trip 120000 r1"},
		"the long stop is as stored": {stored: "parking 50000-120001", derived: "parking 50000-120001\ntrip 120000-121000 5", want: "added trip 120000 r1"},
		"a trouble is older":         {stored: "fault/P1 50000-150000", derived: "fault/P1 110000-150000", want: "left: " + LeftOver, more: true},
		"another trouble":            {stored: "fault/P2 50000-150000", derived: "fault/P1 110000-150000", want: "added fault 110000 r1"},
		"a stay of unknown length":   {stored: "exit/f 110000-110060 60000", derived: "exit/f 110000-110060 20000", want: "left: " + LeftUnread, more: true},
		"a stay of another length":   {stored: "exit/f 110000-110060 6000", derived: "exit/f 110000-110060 30000", want: "moved exit 110000 r2", more: true},
		"begins before it now":       {stored: "trip 110000-120000 5", derived: "trip 90000-120000 8", want: "left: " + LeftOver, more: true},
		"began before it":            {stored: "trip 90000-120000 8", derived: "trip 110000-120000 5", want: "left: " + LeftOver, more: true},
		"begins after it now":        {stored: "trip 195000-210000 5", derived: "trip 200100-210000 4", want: "left: " + LeftOver, more: true},
		"began after it":             {stored: "trip 200100-210000 4", derived: "trip 195000-210000 5", want: "left: " + LeftOver, more: true},
		"in two parts now":           {stored: "trip 110000-120000 5", derived: "trip 90000-111000 5\ntrip 111500-120000 5", want: "left: " + LeftOver, more: true},
		"and what follows":           {stored: "parking 101000-105000\ntrip 105000-108000 5", derived: "trip 90000-101300 5\nparking 101300-105200\ntrip 105200-108100 5", want: "lost trip 105000 -r2, added trip 105200 r1, left: " + LeftOver, more: true},
		"its place is not ended":     {stored: "trip 190000-195000 5", derived: "trip 189000-210000… 5", want: "left: " + LeftUnfinished, more: true},
		"its fixes have expired":     {stored: "trip 110000-120000 r7 5", none: "0-130000", want: "left: " + LeftUnread, more: true},
		"all fixes have expired":     {stored: "brake 110000-110002 3", none: "0-1000000", want: "left: " + LeftUnread, more: true},
		"the rest of its fixes":      {stored: "parking 110000-150000", derived: "parking 130000-150000\ntrip 150000-151000 5", none: "0-130000", want: "added trip 150000 r1, left: " + LeftUnread, more: true},
		"what the alarm still says":  {stored: "brake 110000-110002 3", derived: "brake 110001-110002 2", none: "0-130000", want: "left: " + LeftUnread, more: true},
		"the rest of its stay":       {stored: "enter/f 110000-110060", derived: "inside_at_start/f 130000-130060\nexit/f 140000-140060 10000\nenter/g 130000-130060", none: "0-130000", want: "added enter 130000 r1, left: " + LeftUnread, more: true},
		"a month was dropped":        {stored: "trip 150000-155000 5\nbrake 151000-151002 3\nenter/f 150000-150010", none: "140000-170000", want: "left: " + LeftUnread},
		"half of it was dropped":     {stored: "trip 130000-155000 5", derived: "trip 130000-140000 3", none: "140000-170000", want: "left: " + LeftUnread},
		"its sensor has expired":     {stored: "fault/P1 110000-150000", none: "0-130000", want: "left: " + LeftUnread, more: true},
		"its sensor is there":        {stored: "fault/P1 110000-150000", want: "lost fault 110000 -r2"},
		"a stay that was seen":       {stored: "exit/f 110000-110060 6000", derived: "exit/f 110000-110060 5000", want: "moved exit 110000 r2"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &derived{definition: &definition{Device: schema.Device{IMEI: "1"}}, was: recordsOf(t, c.stored), is: recordsOf(t, c.derived), fixes: covered(t, 80_000, now, c.none), sensors: covered(t, 40_000, now, c.none), newest: now}
			d.place.RawPartition = 3
			if c.newest != 0 {
				d.newest = c.newest
			}
			a := newAccount(&Job{Rules: derive.DefaultRules(), From: at(from), To: at(to)}, d, now, &FenceJob{from: map[string]int64{"new": 150_000}})
			a.settledS = settledS
			if err := a.take(d); err != nil {
				t.Fatal(err)
			}
			if got := a.text(t); got != c.want || a.more != c.more {
				t.Errorf("got %q, more to read: %t; want %q, %t", got, a.more, c.want, c.more)
			}
		})
	}
}

// text is what an account comes to.
func (a *account) text(t *testing.T) string {
	t.Helper()
	var out []string
	for i := range a.list {
		x := &a.list[i]
		h := headOf(x.record)
		revision := fmt.Sprintf("r%d", h.revised.Revision)
		if h.revised.Retracted {
			revision = "-" + revision
		}
		kind := strings.TrimPrefix(strings.TrimPrefix(x.event().Kind, kindStop), kindFence)
		out = append(out, fmt.Sprintf("%s %s %d %s", x.What, kind, x.event().Start, revision))
		if x.partition != 3 {
			t.Errorf("%s goes to partition %d", h.id, x.partition)
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(a.left)) {
		out = append(out, "left: "+reason)
	}
	return strings.Join(out, ", ")
}

// TestReplayedFences: what odograph fences replay wrote is left by other replays.
func TestReplayedFences(t *testing.T) {
	valid := Validity{"f": {1: math.MinInt64, 2: 150_000}, "g": {1: math.MinInt64}}
	for name, c := range map[string]struct {
		stored  string
		version int64 // of what is stored
		derived string
		want    string
		shadow  string // what it compares
	}{
		"drawn later":            {"enter/f 110000-110060\nexit/f 120000-120060 10000", 2, "", "left: " + LeftReplayed, "2 left"},
		"by the version that is": {"enter/f 110000-110060", 1, "", "lost enter 110000 -r2", "geofence_enter 1 lost"},
		"after it held":          {"enter/f 160000-160060", 2, "", "lost enter 160000 -r2", "geofence_enter 1 lost"},
		"no second one beside":   {"enter/f 110000-110060", 2, "enter/f 109990-110060\nenter/g 109990-110060", "added enter 109990 r1, left: " + LeftReplayed, "geofence_enter 1 added, 2 left"},
		"far from it":            {"enter/f 100000-100060", 2, "enter/f 190000-190060", "added enter 190000 r1, left: " + LeftReplayed, "geofence_enter 1 added, 1 left"},
		"taken back":             {"enter/f 110000-110060 -r2", 1, "enter/f 110000-110060", "left: " + LeftReplayed, "1 left"},
		"taken back, other":      {"enter/g 110000-110060 -r2", 1, "enter/g 110000-110060", "added enter 110000 r3", "geofence_enter 1 added"},
		"a stay over its start":  {"enter/f 140000-140060\nexit/f 160000-160060 20000\ninside_at_start/f 150010-150010 -r2", 2, "inside_at_start/f 150010-150010\nexit/f 160000-160060 9990", "left: " + LeftReplayed, "3 left"},
		"its exit alone":         {"exit/f 160000-160060 20000", 2, "exit/f 160000-160060 9990", "left: " + LeftReplayed, "1 left"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &derived{definition: &definition{Device: schema.Device{IMEI: "1"}}, was: recordsOf(t, c.stored), is: recordsOf(t, c.derived), fixes: covered(t, 80_000, 1_000_000, ""), newest: 1_000_000}
			for _, r := range d.was {
				r.(*schema.GeofenceEvent).FenceVersion = c.version
			}
			for _, r := range d.is {
				r.(*schema.GeofenceEvent).FenceVersion = 1
			}
			d.place.RawPartition = 3
			j := &Job{Rules: derive.DefaultRules(), Valid: valid, From: at(100_000), To: at(200_000)}
			a := newAccount(j, d, 1_000_000, nil)
			if err := a.take(d); err != nil || a.text(t) != c.want {
				t.Errorf("got %q, want %q: %v", a.text(t), c.want, err)
			}
			res := &Result{Kinds: map[string]*Tally{}, Versions: map[string]int{}}
			if err := j.compare(d, res); err != nil {
				t.Fatal(err)
			}
			if got := res.text(); got != c.shadow {
				t.Errorf("compared: %q, want %q", got, c.shadow)
			}
		})
	}
}

// text is what a comparison comes to.
func (r *Result) text() string {
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(r.Kinds)) {
		t := r.Kinds[kind]
		for _, n := range []struct {
			what string
			n    int
		}{{"added", t.Added}, {"lost", t.Lost}, {"moved", t.Moved}} {
			if n.n > 0 {
				out = append(out, fmt.Sprintf("%s %d %s", kind, n.n, n.what))
			}
		}
	}
	if r.Left > 0 {
		out = append(out, fmt.Sprintf("%d left", r.Left))
	}
	return strings.Join(out, ", ")
}

// TestLeftForGood: a request does not stay open for what will be left each time.
func TestLeftForGood(t *testing.T) {
	for stored, open := range map[string]bool{"brake 110000-110002 3": false, "trip 150000-210000… 5": true} {
		d := &derived{definition: &definition{Device: schema.Device{IMEI: "1"}}, was: recordsOf(t, stored), fixes: covered(t, 140_000, 1_000_000, ""), newest: 1_000_000}
		j := &Job{Rules: derive.DefaultRules(), From: at(100_000), To: at(200_000)}
		a, out := newAccount(j, d, 1_000_000, nil), j.noCorrections()
		if err := a.take(d); err != nil {
			t.Fatal(err)
		}
		if a.into(out, d); len(out.Left) != 1 || out.LeftOf["1"] != open {
			t.Errorf("%s: left %v, of the device: %t", stored, out.Left, out.LeftOf["1"])
		}
	}
}

// TestNothingIsChanged: corrections leave the records that they come from alone.
func TestNothingIsChanged(t *testing.T) {
	d := &derived{definition: &definition{}, was: recordsOf(t, "trip 110000-120000 r7 5\nbrake 110000-110002 r1 2"), is: recordsOf(t, "brake 110000-110002 3"), newest: 1_000_000, fixes: covered(t, 1, 1_000_000, "")}
	a := newAccount(&Job{Rules: derive.DefaultRules(), From: at(100_000), To: at(200_000)}, d, 1_000_000, nil)
	if err := a.take(d); err != nil || len(a.list) != 2 {
		t.Fatalf("%d corrections: %v", len(a.list), err)
	}
	if trip, brake := headOf(d.was[0]).revised, headOf(d.is[0]).revised; trip.Retracted || trip.Revision != 7 || brake.Revision != 1 {
		t.Errorf("the records were changed: %+v, %+v", trip, brake)
	}
}

func TestStretches(t *testing.T) {
	var requests []schema.Recompute
	for _, r := range []struct {
		imei string
		at   int64
	}{{"1", 100_000}, {"1", 100_500}, {"1", 120_000}, {"2", 100_000}} {
		requests = append(requests, schema.Recompute{IMEI: r.imei, EventTime: at(r.at)})
	}
	var got []string
	for _, s := range Stretches(requests, 1000*time.Second, 100*time.Second) {
		got = append(got, fmt.Sprintf("%s %d-%d %d", s.IMEI, s.From.Unix(), s.To.Unix(), len(s.Requests)))
	}
	if want := []string{"1 99000-100600 2", "1 119000-120100 1", "2 99000-100100 1"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestCovered: a request is fulfilled by a range that has all of its time.
func TestCovered(t *testing.T) {
	c := Corrections{Rules: "r", From: at(1000), To: at(2000), LeftOf: map[string]bool{"2": true}}
	var requests []schema.Recompute
	for _, second := range []int64{1099, 1100, 1980, 1981} {
		requests = append(requests, schema.Recompute{IMEI: "1", EventTime: at(second)}, schema.Recompute{IMEI: "2", EventTime: at(second)})
	}
	got := c.Covered(requests, 100*time.Second, 20*time.Second)
	if len(got) != 2 || got[0].EventTime.Unix() != 1100 || got[1].EventTime.Unix() != 1980 || got[0].IMEI+got[1].IMEI != "11" || got[0].RuleVersion != "r" {
		t.Errorf("got %+v", got)
	}
}

func TestFenceJob(t *testing.T) {
	row := func(id string, first bool, from int64) FenceRow {
		f := FenceRow{First: first, Fence: schema.Fence{FenceID: id, Version: 1, GeoJSON: schema.Bytes(`{"type":"Feature","properties":{"radius_m":300},"geometry":{"type":"Point","coordinates":[13.4,52.5]}}`)}}
		if from != 0 {
			f.ValidFrom = schema.Some(at(from))
		}
		return f
	}
	rows := map[string]FenceRow{"a": row("a", true, 500), "b": row("b", true, 400), "edited": row("edited", false, 300), "always": row("always", true, 0)}
	for _, c := range []struct {
		ids   []string
		until int64 // 0: the enricher has a part in it
	}{{[]string{"a"}, 500}, {[]string{"a", "b"}, 400}, {[]string{"a", "edited"}, 0}, {[]string{"always"}, 0}} {
		j, err := NewFenceJob(rows, c.ids)
		if err != nil {
			t.Fatal(err)
		}
		if until, isNew := j.Until(); isNew != (c.until != 0) || isNew && until.Unix() != c.until {
			t.Errorf("%v: until %v, %t", c.ids, until, isNew)
		}
		if n := j.Book().Len(); n != len(c.ids) {
			t.Errorf("%v: %d fences", c.ids, n)
		}
		if set := j.versions[0].Settings; set.Since != 0 {
			t.Errorf("%v: it holds since %d, want always", c.ids, set.Since)
		}
	}
	if _, err := NewFenceJob(rows, []string{"a", "nowhere"}); err == nil || !strings.Contains(err.Error(), `"nowhere"`) {
		t.Errorf("an unknown fence: %v", err)
	}
	j, _ := NewFenceJob(rows, []string{"a"})
	if got, want := j.around(&Job{Rules: derive.DefaultRules()}), "(lat_e7 BETWEEN 523"; !strings.Contains(got, want) || !strings.Contains(got, "lng_e7 BETWEEN") {
		t.Errorf("around: %s", got)
	}
}
