package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// Of the simulated platform's fleet.
const (
	fleetSeed    = 4
	fleetDevices = 240
	fleetHours   = 5
)

var fleetKinds = append(slices.Clone(harshKinds), schema.Speeding, schema.Idling)

// A fleetScore is of the devices that raise alarms, or of the others.
type fleetScore struct {
	score
	byDevice, byBoth int // of what was found: by the device's alarm alone, and by GPS too
}

// fleetRun takes the simulated platform's fleet, as it sends its fixes at a gap,
// through all that derives events. It gives the scores by kind: of the devices
// without alarms of manoeuvres, and of those with them.
func fleetRun(gap int) (gps, alarms map[schema.DrivingKind]*fleetScore, km float64) {
	end := epoch.Add(fleetHours * time.Hour)
	p := jimitest.New(jimitest.Options{Seed: fleetSeed, Devices: fleetDevices, Start: epoch, FixEvery: time.Duration(gap) * time.Second, Now: func() time.Time { return end }})
	rules := derive.DefaultRules()
	gps, alarms = map[schema.DrivingKind]*fleetScore{}, map[schema.DrivingKind]*fleetScore{}
	for _, k := range fleetKinds {
		gps[k], alarms[k] = &fleetScore{}, &fleetScore{}
	}
	for _, imei := range p.IMEIs() {
		scores := gps
		if p.RaisesAlarms(imei) {
			scores = alarms
		}
		fixes := p.Truth(imei, epoch, end)
		km += (fixes[len(fixes)-1].OdometerM - fixes[0].OdometerM) / 1000
		labels, found := p.Manoeuvres(imei, epoch, end), derived(rules, imei, fleetEntries(rules, fixes, p.Alarms(imei, epoch, end)))
		for _, k := range fleetKinds {
			scores[k].compare(k, labels, found, end)
		}
	}
	return gps, alarms, km
}

// fleetMargin is a time at both ends of a run in which labels may be cut off.
const fleetMargin = time.Hour

// compare counts labels that rules must find, and what was found that is near a
// label of its kind.
func (s *fleetScore) compare(kind schema.DrivingKind, labels []jimitest.Manoeuvre, found []*schema.DrivingEvent, end time.Time) {
	counted := func(at time.Time) bool { return at.Sub(epoch) >= fleetMargin && end.Sub(at) >= fleetMargin }
	var must, allowed, events, all []span
	for _, m := range labels {
		if schema.DrivingKind(m.Kind) != kind {
			continue
		}
		at := span{float64(m.Start.Unix()), float64(m.End.Unix())}
		allowed = append(allowed, at)
		harsh := slices.Contains(harshKinds, kind)
		if counted(m.Start) && (!harsh || m.PeakMPS2 >= ownThreshold(kind)) {
			must = append(must, at)
		}
	}
	for _, e := range found {
		if e.Kind != kind {
			continue
		}
		at := span{float64(e.StartTime.Unix()), float64(e.EndTime.Unix())}
		all = append(all, at)
		if !counted(e.StartTime) {
			continue
		}
		events = append(events, at)
		switch {
		case len(e.Sources) > 1:
			s.byBoth++
		case e.Source == schema.EvidenceDevice:
			s.byDevice++
		}
	}
	s.add(must, all, nil)
	s.found -= len(all)
	s.add(nil, events, allowed)
}

// fleetEntries are the fixes and the alarms in the order of time.
func fleetEntries(rules *derive.Rules, points []jimitest.Point, alarms []jimitest.Alarm) []timeline.Entry {
	out := make([]timeline.Entry, 0, len(points)+len(alarms))
	for i := range points {
		p := &points[i]
		fix := schema.Fix{
			FixTime: p.Time, Lat: p.Lat, Lng: p.Lng, SpeedKMH: schema.Some(p.SpeedKMH), HeadingDeg: schema.Some(float64(p.HeadingDeg)),
			Satellites: schema.Some(int32(p.Satellites)), ACC: schema.Some(p.ACC), OdometerM: schema.Some(p.OdometerM),
		}
		if e, ok := derive.EntryOfFix(new(timeline.Fix), &fix); ok {
			out = append(out, e)
		}
	}
	for _, a := range alarms {
		for _, m := range rules.MarksOf(&schema.Alarm{EventTime: a.Time, Code: a.Code, Lat: schema.Some(a.Lat), Lng: schema.Some(a.Lng), SpeedKMH: schema.Some(a.SpeedKMH), DriverName: a.Driver}) {
			out = append(out, timeline.Entry{Mark: &m})
		}
	}
	slices.SortStableFunc(out, func(a, b timeline.Entry) int { return int(a.Time() - b.Time()) })
	return out
}

// derived gives the latest revision of each event of driving.
func derived(rules *derive.Rules, imei string, entries []timeline.Entry) []*schema.DrivingEvent {
	env := derive.Env{IMEI: imei, Rules: rules, Profile: derive.Profile{SpeedLimitKMH: schema.Some[float64](jimitest.SpeedLimitKMH)}}
	var d derive.Device
	last := map[string]*schema.DrivingEvent{}
	out := func(o derive.Output) {
		if e, is := o.Record.(*schema.DrivingEvent); is {
			last[e.EventID] = e
		}
	}
	for batch := range slices.Chunk(entries, 100) {
		for _, e := range batch {
			d.Add(&env, e, schema.Place{}, out)
		}
		d.Finish(&env, out)
	}
	events := make([]*schema.DrivingEvent, 0, len(last))
	for _, e := range last {
		if !e.Retracted {
			events = append(events, e)
		}
	}
	return events
}

func reportPlatform(w *strings.Builder) {
	type run struct {
		gps, alarms map[schema.DrivingKind]*fleetScore
	}
	runs := make([]run, len(manoeuvreGaps))
	var km float64
	for i, gap := range manoeuvreGaps {
		runs[i].gps, runs[i].alarms, km = fleetRun(gap)
	}
	fmt.Fprintf(w, `
## The simulated platform's fleet

%d vehicles of the simulated platform (seed %d) for %d h, the first and the last of them only to come in and out, %.0f km in all: drives with corners, idling and rests, a fix per gap with the ignition on, speeds to 0.1 km/h, whole degrees, no noise. Its drivers brake, speed up and corner harshly (2.8 to 4.5 m/s², braking for 3 to 8 s), drive faster than %d km/h and idle, and nothing else that they do is harsh. Everything goes through pkg/derive with the default rules and that limit. Every third device raises alarms of what is harsh and of speeding: the right half of the table. Right: within %d s of a label of the kind. More found than true at a recall of 1: the alarm and what GPS saw of one manoeuvre became two events.

| kind | gap | GPS alone: truth | found | recall | precision | with alarms: truth | found | by the alarm alone | by both | recall | precision |
|---|---|---|---|---|---|---|---|---|---|---|---|
`, fleetDevices, fleetSeed, fleetHours, km, jimitest.SpeedLimitKMH, toleranceS)
	for _, k := range fleetKinds {
		for i, gap := range manoeuvreGaps {
			g, a := runs[i].gps[k], runs[i].alarms[k]
			fmt.Fprintf(w, "| %s | %d s | %d | %d | %.2f | %s | %d | %d | %d | %d | %.2f | %s |\n", k, gap, g.truth, g.found, g.recall(), precisionOf(&g.score),
				a.truth, a.found, a.byDevice, a.byBoth, a.recall(), precisionOf(&a.score))
		}
	}
}

func precisionOf(s *score) string {
	if s.found == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", s.precision())
}
