package derived_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/test/pipeline"
)

// entriesOf is what the detectors see of items, by device and in the order in
// which they are sent. What is no fix, and what a fix says of a second that
// another fix has said before, is left out.
func entriesOf(t *testing.T, items []simulate.Item) map[string][]timeline.Entry {
	t.Helper()
	type second struct {
		imei string
		unix int64
	}
	rules, out, seen := derive.DefaultRules(), map[string][]timeline.Entry{}, map[second]bool{}
	for i := range items {
		kind, ok := jimi.LookupKind(strings.TrimPrefix(items[i].Path, "/"))
		if !ok {
			t.Fatalf("no kind is named %s", items[i].Path)
		}
		raw := jimi.Raw{Kind: kind.Name, IMEI: items[i].IMEI, Value: items[i].JSON,
			Headers: schema.RawHeaders{Kind: kind.Name, Source: schema.SourcePush, Received: time.Now()}}
		if kind.Class == jimi.ClassFix {
			var f schema.Fix
			if jimi.DecodeFix(&f, &raw) != nil || seen[second{f.IMEI, f.FixTime.Unix()}] {
				continue
			}
			seen[second{f.IMEI, f.FixTime.Unix()}] = true
			if e, ok := derive.EntryOfFix(&timeline.Fix{}, &f); ok {
				out[f.IMEI] = append(out[f.IMEI], e)
			}
			continue
		}
		records, _, err := jimi.Decode(nil, kind, &raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range records {
			marks := rules.MarksOf(o.Record)
			for m := range marks {
				out[raw.IMEI] = append(out[raw.IMEI], timeline.Entry{Mark: &marks[m]})
			}
		}
	}
	return out
}

// A pass is what pkg/derive makes of items that come in the order of
// their times, one by one.
type pass struct {
	events   map[string]any // the latest record of each event, by its id
	rejected map[string]int
}

func inOrder(t *testing.T, items []simulate.Item) *pass {
	t.Helper()
	o := &pass{events: map[string]any{}, rejected: map[string]int{}}
	env := derive.Env{Rules: derive.DefaultRules(), Rejected: func(reason string, _ int64) { o.rejected[reason]++ }}
	for imei, entries := range entriesOf(t, items) {
		slices.SortStableFunc(entries, func(a, b timeline.Entry) int {
			return cmp.Or(cmp.Compare(a.Time(), b.Time()), cmp.Compare(rank(a), rank(b)))
		})
		env.IMEI = imei
		d := &derive.Device{}
		for _, e := range entries {
			if !d.Add(&env, e, schema.Place{}, o.take) {
				t.Fatalf("%s: an entry at %d was refused", imei, e.Time())
			}
			d.Finish(&env, o.take)
		}
	}
	return o
}

// rank is the order within a second.
func rank(e timeline.Entry) int {
	if e.Fix != nil {
		return 0
	}
	return 1
}

func (o *pass) take(out derive.Output) {
	id := idOf(out.Record)
	if _, revised := out.Kind(); revised.Retracted {
		delete(o.events, id)
		return
	}
	o.events[id] = out.Record
}

func idOf(record any) string {
	switch r := record.(type) {
	case *schema.DrivingEvent:
		return r.EventID
	case *schema.ConditionEvent:
		return r.EventID
	case *schema.TripRecord:
		if r.Trip != nil {
			return r.Trip.TripID
		}
		return r.Stop.StopID
	}
	panic("unknown record")
}

// lines are the events of some devices as text, as linesOf has them of the tables.
func (o *pass) lines(of func(imei string) bool) []string {
	var out []string
	add := func(imei, format string, args ...any) {
		if of(imei) {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	for id, record := range o.events {
		switch r := record.(type) {
		case *schema.DrivingEvent:
			add(r.IMEI, drivingLine, id, r.IMEI, r.Kind, r.StartTime.Unix(), r.EndTime.Unix(), r.Severity, r.Sources, r.Confidence, r.AlarmCode,
				or(r.PeakMPS2), or(r.ThresholdMPS2), or(r.GapS), or(r.MaxSpeedKMH), or(r.DistanceM))
		case *schema.TripRecord:
			if p := r.Trip; p != nil {
				add(p.IMEI, tripLine, id, p.IMEI, p.StartTime.Unix(), p.EndTime.Unix(), p.Ongoing, p.DistanceM, or(p.MaxSpeedKMH), p.IdleS, p.EndReason)
				continue
			}
			s := r.Stop
			add(s.IMEI, stopLine, id, s.IMEI, s.Kind, s.StartTime.Unix(), s.EndTime.Unix(), s.Ongoing, s.Lat, s.Lng)
		}
	}
	slices.Sort(out)
	return out
}

const (
	drivingLine = "driving %s %s %s %d %d %s %s %s %q peak %.9f threshold %.9f gap %.0f speed %.3f distance %.6f"
	tripLine    = "trip %s %s %d %d %t distance %.6f speed %.3f idle %.0f %s"
	stopLine    = "stop %s %s %s %d %d %t %.6f %.6f"
)

func or(v schema.Opt[float64]) float64 {
	if !v.Valid {
		return -1
	}
	return v.Value
}

// linesOf are all events that the tables have, as a reader sees them.
func linesOf(t *testing.T, p *pipeline.Pipeline, of func(imei string) bool) []string {
	t.Helper()
	var out []string
	query(t, p, `SELECT event_id, imei, kind, toInt64(start_time), toInt64(end_time), severity, sources, confidence, alarm_code,
		ifNull(peak_mps2, -1), ifNull(threshold_mps2, -1), ifNull(gap_s, -1), ifNull(max_speed_kmh, -1), ifNull(distance_m, -1) FROM driving_events`,
		func(scan func(...any)) {
			var id, imei, kind, severity, confidence, code string
			var sources []string
			var start, end int64
			var peak, threshold, gap, speed, distance float64
			scan(&id, &imei, &kind, &start, &end, &severity, &sources, &confidence, &code, &peak, &threshold, &gap, &speed, &distance)
			if of(imei) {
				out = append(out, fmt.Sprintf(drivingLine, id, imei, kind, start, end, severity, sources, confidence, code, peak, threshold, gap, speed, distance))
			}
		})
	query(t, p, `SELECT trip_id, imei, toInt64(start_time), toInt64(end_time), ongoing, distance_m, ifNull(max_speed_kmh, -1), idle_s, end_reason FROM trips`,
		func(scan func(...any)) {
			var id, imei, reason string
			var start, end int64
			var ongoing bool
			var distance, speed, idle float64
			scan(&id, &imei, &start, &end, &ongoing, &distance, &speed, &idle, &reason)
			if of(imei) {
				out = append(out, fmt.Sprintf(tripLine, id, imei, start, end, ongoing, distance, speed, idle, reason))
			}
		})
	query(t, p, `SELECT stop_id, imei, kind, toInt64(start_time), toInt64(end_time), ongoing, lat, lng FROM stops`, func(scan func(...any)) {
		var id, imei, kind string
		var start, end int64
		var ongoing bool
		var lat, lng float64
		scan(&id, &imei, &kind, &start, &end, &ongoing, &lat, &lng)
		if of(imei) {
			out = append(out, fmt.Sprintf(stopLine, id, imei, kind, start, end, ongoing, lat, lng))
		}
	})
	slices.Sort(out)
	return out
}

// query calls each for every row of an answer to the reader.
func query(t *testing.T, p *pipeline.Pipeline, q string, each func(scan func(...any))) {
	t.Helper()
	rows, err := p.Reader.Query(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		each(func(into ...any) {
			t.Helper()
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
		})
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
