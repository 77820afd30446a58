package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/odograph/odograph/pkg/condition"
	"github.com/odograph/odograph/pkg/jimi/jimitest"
)

// eventCounts are what was found so far, of this run's vehicles.
type eventCounts struct{ trips, stops, harsh, speeding, conditions, fences uint64 }

func (d *demo) countEvents(ctx context.Context, reader clickhouse.Conn) (c eventCounts, err error) {
	err = reader.QueryRow(ctx, `SELECT
		(SELECT count() FROM trips WHERE startsWith(imei, {fleet:String})),
		(SELECT count() FROM stops WHERE startsWith(imei, {fleet:String})),
		(SELECT countIf(startsWith(kind, 'harsh_')) FROM driving_events WHERE startsWith(imei, {fleet:String})),
		(SELECT countIf(kind = 'speeding') FROM driving_events WHERE startsWith(imei, {fleet:String})),
		(SELECT count() FROM condition_events WHERE startsWith(imei, {fleet:String})),
		(SELECT countIf(kind = 'enter') FROM geofence_events WHERE startsWith(imei, {fleet:String}))`,
		clickhouse.Named("fleet", d.fleet())).Scan(&c.trips, &c.stops, &c.harsh, &c.speeding, &c.conditions, &c.fences)
	return c, err
}

// A happening is a stretch of a vehicle's time, found or true.
type happening struct {
	imei, kind string
	of         string // the fence that is visited
	start, end time.Time
	source     string // of what was found: who saw it
	cut        bool   // of what was found: it goes on, or began before anything was seen
	whole      bool   // of the truth: began and ended while the pipeline could see it, and early enough to be known
}

// found are the derived rows of this run.
func (d *demo) found(ctx context.Context, reader clickhouse.Conn) ([]happening, error) {
	rows, err := reader.Query(ctx, `
		SELECT imei, kind, start_time, end_time, arrayStringConcat(arraySort(sources), '+'), false FROM driving_events WHERE startsWith(imei, {fleet:String})
		UNION ALL SELECT imei, 'trip', start_time, end_time, '', ongoing FROM trips WHERE startsWith(imei, {fleet:String})
		UNION ALL SELECT imei, concat('stop ', kind), start_time, end_time, '', ongoing OR start_time <= first_fix_time
			FROM stops ANY LEFT JOIN (SELECT imei, min(fix_time) AS first_fix_time FROM fixes WHERE startsWith(imei, {fleet:String}) GROUP BY imei) AS f USING (imei)
			WHERE startsWith(imei, {fleet:String})
		UNION ALL SELECT imei, kind, start_time, end_time, '', ongoing FROM condition_events WHERE startsWith(imei, {fleet:String})`, clickhouse.Named("fleet", d.fleet()))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []happening
	for rows.Next() {
		var h happening
		if err := rows.Scan(&h.imei, &h.kind, &h.start, &h.end, &h.source, &h.cut); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	visits, err := d.visited(ctx, reader)
	return append(out, visits...), err
}

// Kinds of rows that are not events of one kind.
const (
	kindTrip    = "trip"
	kindParking = "stop parking"
	kindIdling  = "stop idling"
)

// truth is what the vehicles did while the pipeline could see it, or partly so. They
// are pushed up to a time; what is polled goes on until later.
func (d *demo) truth(from, to, polled time.Time) []happening {
	var out []happening
	add := func(imei, kind string, start, end time.Time, told bool) { // told: large enough for the rules
		if end.After(from) && start.Before(polled) {
			before, after := knownWithin(kind)
			whole := told && !start.Before(from.Add(before)) && !end.Add(after).After(to)
			out = append(out, happening{imei: imei, kind: kind, start: start, end: end, whole: whole})
		}
	}
	const around = time.Hour // longer than anything takes
	leastRefuelL := condition.DefaultRules().Fuel.Litres.MinRefuel
	for _, imei := range d.platform.IMEIs() {
		for _, m := range d.platform.Manoeuvres(imei, from.Add(-around), to.Add(around)) {
			kind := m.Kind
			if kind == jimitest.Idling {
				kind = kindIdling
			}
			add(imei, kind, m.Start, m.End, true)
		}
		for _, c := range d.platform.Conditions(imei, from.Add(-around), to.Add(around)) {
			add(imei, c.Kind, c.Start, c.End, c.Kind != jimitest.FuelRefuel || c.Amount >= leastRefuelL)
		}
		trips := d.platform.Trips(imei, from.Add(-around), to.Add(around))
		for i, t := range trips {
			add(imei, kindTrip, t.Start, t.End, true)
			if i > 0 {
				add(imei, kindParking, trips[i-1].End, t.Start, true)
			}
		}
	}
	return append(out, d.trueVisits(from, to, polled)...)
}

// knownWithin is how long before its start and after its end something must be
// looked at to be known: a change of fuel by some readings of either level.
func knownWithin(kind string) (before, after time.Duration) {
	if strings.HasPrefix(kind, "fuel_") {
		return 6 * time.Minute, 6 * time.Minute
	}
	return 0, 0
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// near is how far apart what was found and what is true may be: sensors report
// each minute.
func near(kind string) time.Duration {
	if strings.HasPrefix(kind, "fuel_") {
		return 2 * time.Minute
	}
	return 2 * time.Second
}

// apart are those of a that overlap none of b, of the same vehicle and kind.
func apart(a, b []happening) (out []happening) {
	byIMEI := map[string][]happening{}
	for _, h := range b {
		byIMEI[h.imei] = append(byIMEI[h.imei], h)
	}
	for _, h := range a {
		if !slices.ContainsFunc(byIMEI[h.imei], func(o happening) bool {
			return o.of == h.of && sameKind(&o, &h) && !h.start.Add(-near(h.kind)).After(o.end) && !o.start.Add(-near(h.kind)).After(h.end)
		}) {
			out = append(out, h)
		}
	}
	return out
}

// sameKind takes what is cut off for both kinds of stops: with the ignition on it is
// parking until it was seen long enough to be idling.
func sameKind(a, b *happening) bool {
	if a.cut || b.cut {
		stop := func(kind string) bool { return kind == kindParking || kind == kindIdling }
		return a.kind == b.kind || stop(a.kind) && stop(b.kind)
	}
	return a.kind == b.kind
}

// The order of the table.
var derivedKinds = []struct{ kind, name string }{
	{kindTrip, "trips"}, {kindParking, "stops, parking"}, {kindIdling, "stops, idling"},
	{jimitest.HarshBraking, "harsh braking"}, {jimitest.HarshAcceleration, "harsh acceleration"}, {jimitest.HarshCornering, "harsh cornering"},
	{jimitest.Speeding, "speeding"}, {"collision", "collisions"},
	{jimitest.FuelRefuel, "refuels"}, {jimitest.FuelTheft, "fuel thefts"}, {jimitest.TemperatureOutOfRange, "temperature out of range"}, {jimitest.FaultOpen, "faults"},
	{kindVisit, "visits of geofences"},
}

// derivedSummary says what was found out about the vehicles, beside what they
// truly did.
func (d *demo) derivedSummary(ctx context.Context, reader clickhouse.Conn) error {
	found, err := d.found(ctx, reader)
	if err != nil {
		return err
	}
	truth := d.truth(d.began.Add(-sinceWhen), d.stopped, time.Now())
	d.say(`
What the vehicles did since %s, as found and as it truly was. True: what began and ended in that
time. Cut off: found of what began before, or goes on. Wrong: found, but nothing like it happened.
`, d.began.Add(-sinceWhen).UTC().Format("15:04 UTC"))
	d.say("  %-24s  %6s  %6s  %6s  %7s  %6s  %s", "", "found", "true", "missed", "cut off", "wrong", "seen by")
	var named []string
	for _, k := range derivedKinds {
		f := ofKind(found, func(h happening) bool { return h.kind == k.kind })
		whole := ofKind(truth, func(h happening) bool { return h.kind == k.kind && h.whole })
		if len(f)+len(whole) == 0 {
			continue
		}
		wrong, missed := apart(f, truth), apart(whole, f)
		cut := len(apart(f, whole)) - len(wrong)
		d.say("  %-24s  %6d  %6d  %6d  %7d  %6d  %s", k.name, len(f), len(whole), len(missed), cut, len(wrong), seenBy(f))
		named = append(named, names("missed", missed)...)
		named = append(named, names("wrong", wrong)...)
	}
	for _, line := range named {
		d.say("%s", line)
	}
	return d.derivedMore(ctx, reader, found)
}

// mostNamed is how many of what was missed or made up of a kind are named.
const mostNamed = 5

// names says where and when what was missed or made up is to be looked for.
func names(what string, all []happening) (lines []string) {
	for i, h := range all {
		if i == mostNamed {
			return append(lines, fmt.Sprintf("  %-6s  %-24s  and %d more", what, h.kind, len(all)-i))
		}
		line := fmt.Sprintf("  %-6s  %-24s  %s  %s to %s  %s", what, h.kind, h.imei, h.start.UTC().Format(time.DateTime), h.end.UTC().Format(time.TimeOnly), h.of)
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

func ofKind(all []happening, is func(happening) bool) (out []happening) {
	for _, h := range all {
		if is(h) {
			out = append(out, h)
		}
	}
	return out
}

// seenBy says how many of driving events the device and GPS saw.
func seenBy(found []happening) string {
	n := map[string]int{}
	for _, h := range found {
		if h.source != "" {
			n[h.source]++
		}
	}
	parts := make([]string, 0, len(n))
	for _, source := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%s %d", source, n[source]))
	}
	return strings.Join(parts, ", ")
}

// derivedMore says how often what was found was told again, and what drivers'
// scores come to.
func (d *demo) derivedMore(ctx context.Context, reader clickhouse.Conn, found []happening) error {
	var events, again, retracted uint64
	err := reader.QueryRow(ctx, `SELECT countIf(NOT gone), toUInt64(sum(latest) - count()), countIf(gone) FROM (
		SELECT event_id AS id, max(revision) AS latest, argMax(retracted, revision) AS gone FROM driving_events WHERE startsWith(imei, {fleet:String}) GROUP BY id
		UNION ALL SELECT trip_id AS id, max(revision) AS latest, argMax(retracted, revision) AS gone FROM trips WHERE startsWith(imei, {fleet:String}) GROUP BY id
		UNION ALL SELECT stop_id AS id, max(revision) AS latest, argMax(retracted, revision) AS gone FROM stops WHERE startsWith(imei, {fleet:String}) GROUP BY id
		UNION ALL SELECT event_id AS id, max(revision) AS latest, argMax(retracted, revision) AS gone FROM condition_events WHERE startsWith(imei, {fleet:String}) GROUP BY id
		UNION ALL SELECT event_id AS id, max(revision) AS latest, argMax(retracted, revision) AS gone FROM geofence_events WHERE startsWith(imei, {fleet:String}) GROUP BY id
		) SETTINGS final = 0`, clickhouse.Named("fleet", d.fleet())).Scan(&events, &again, &retracted)
	if err != nil {
		return err
	}
	var km float64
	var drivers, scored uint64
	var reasons []string
	err = reader.QueryRow(ctx, "SELECT sumIf(distance_m, NOT ongoing) / 1000, countIf(driver != '') FROM trips WHERE startsWith(imei, ?)", d.fleet()).Scan(&km, &drivers)
	if err != nil {
		return err
	}
	err = reader.QueryRow(ctx, `SELECT countIf(score IS NOT NULL), arraySort(groupUniqArrayIf(no_score_reason, score IS NULL))
		FROM driver_scores WHERE startsWith(imei, ?)`, d.fleet()).Scan(&scored, &reasons)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	line := func(name string, n any, text string) { _, _ = fmt.Fprintf(w, "  %s\t%8v\t%s\n", name, n, text) }
	line("distance", fmt.Sprintf("%.1f km", km), fmt.Sprintf("in the trips that have ended; truly driven in their time: %.1f km", d.drivenKM(found)))
	line("driver known", drivers, "trips, by a card or a sign-in")
	line("events", events, "that hold now, of all kinds")
	line("  told again", again, "times: they went on, or something came late and corrected them")
	line("  retracted", retracted, "what came late showed that they did not happen")
	why := ""
	if len(reasons) > 0 {
		why = "; why not of the others: " + strings.Join(reasons, ", ")
	}
	line("driver scores", scored, fmt.Sprintf("of %d vehicles%s", len(d.platform.IMEIs()), why))
	return w.Flush()
}

// drivenKM is what was truly driven in the time of the trips that have ended.
func (d *demo) drivenKM(found []happening) (km float64) {
	for _, h := range found {
		if h.kind != kindTrip || h.cut {
			continue
		}
		if all := d.platform.Truth(h.imei, h.start, h.end); len(all) > 0 {
			km += (all[len(all)-1].OdometerM - all[0].OdometerM) / 1000
		}
	}
	return km
}
