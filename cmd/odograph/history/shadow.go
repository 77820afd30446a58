package history

import (
	"context"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/schema"
)

// A Job is what is derived anew.
type Job struct {
	Conn  driver.Conn
	Rules *derive.Rules
	Book  *fences.Book
	Valid Validity // of the fences; where it is none, what replays of fences wrote is not known

	From, To time.Time     // events that start from From on and before To count
	IMEIs    []string      // none: all devices
	Near     time.Duration // see Span
	WarmUp   time.Duration // so long before From reading begins, so that the detectors know what goes on
	RunOut   time.Duration // so long after To it ends, so that what has begun comes to its end
	Sensors  time.Duration // the warm-up of fuel, temperature and trouble codes, which hold for long
	Late     bool          // read what came too late for the enricher as well

	Keep     bool           // of a comparison keep every change, not only the counts
	Progress func(Progress) // told after each device; may be nil
}

// Progress is how far a job has come.
type Progress struct {
	Devices, AllDevices int
	Items               int64 // of all kinds
	Fixes, AllFixes     int64
}

// A Result is what came out of a comparison.
type Result struct {
	Rules     string
	From, To  time.Time
	Read      Progress
	Kinds     map[string]*Tally
	Versions  map[string]int // stored events by the rules that they were found with
	Changes   []Change       // where they are kept
	Left      int            // differences that belong to replays of fences, and are not counted
	ReadFrom  time.Time      // with the warm-up
	ReadUntil time.Time      // with the run-out
}

// Run compares device by device.
func (j *Job) Run(ctx context.Context) (*Result, error) {
	s := j.scope(0)
	res := &Result{
		Rules: j.Rules.Version, From: j.From, To: j.To, Kinds: map[string]*Tally{}, Versions: map[string]int{},
		ReadFrom: time.Unix(s.from, 0).UTC(), ReadUntil: time.Unix(s.to, 0).UTC(),
	}
	all, err := devices(ctx, j.Conn, &s, j.IMEIs)
	if err != nil {
		return nil, err
	}
	res.Read.expect(all)
	for _, group := range groups(all) {
		err := j.group(ctx, &s, group, nil, &res.Read, func(d *derived) error {
			return j.compare(d, res)
		})
		if err != nil {
			return nil, err
		}
	}
	return res, nil
}

// scope is what is read of time: at a higher attempt more, on both sides.
func (j *Job) scope(attempt int) scope {
	warmUp, runOut := j.WarmUp<<(3*attempt), j.RunOut<<(3*attempt)
	return scope{
		from: j.From.Add(-warmUp).Unix(), to: j.To.Add(runOut).Unix(), late: j.Late,
		sensorsFrom: j.From.Add(-max(warmUp, j.Sensors)).Unix(),
	}
}

// A derived device is what is stored of it, and what was derived anew.
type derived struct {
	*definition
	was, is []record
	fixes   cover        // when fixes were read
	sensors cover        // when sensors and trouble codes were
	newest  int64        // time of the newest entry
	place   schema.Place // of the newest item; of one without any, of its events
}

// group derives the devices of a group.
func (j *Job) group(ctx context.Context, s *scope, group []definition, only []string, read *Progress, each func(*derived) error) error {
	s.imeis = s.imeis[:0]
	for i := range group {
		s.imeis = append(s.imeis, group[i].IMEI)
	}
	was, err := stored(ctx, j.Conn, s, only)
	if err != nil {
		return err
	}
	var sources []Source
	for _, t := range tables {
		rows, err := t.open(ctx, j.Conn, s)
		if err != nil {
			return err
		}
		defer rows.close() // all are read at once
		sources = append(sources, rows)
	}
	rows, err := NewMerge(sources...)
	if err != nil {
		return err
	}
	row, more, err := rows.Next()
	for i := range group {
		d := derived{definition: &group[i], was: was[group[i].IMEI]}
		judge := newJudge(j.Rules, j.Book, d.definition)
		judge.only = onlyOf(only)
		for ; err == nil && more && row.IMEI == d.IMEI; row, more, err = rows.Next() {
			judge.take(&row)
			read.count(row.Record)
		}
		if err != nil {
			return err
		}
		d.is, d.fixes, d.sensors, d.newest, d.place = judge.list(), judge.fixes, judge.sensors, judge.device.Newest(), judge.place
		if !judge.placed && len(d.was) > 0 {
			d.place = *headOf(d.was[0]).place
		}
		if err := each(&d); err != nil {
			return err
		}
		if read.Devices++; j.Progress != nil {
			j.Progress(*read)
		}
	}
	return nil
}

// onlyOf picks the events of some fences; nil: all events of all kinds.
func onlyOf(fences []string) func(record) bool {
	if fences == nil {
		return nil
	}
	return func(r record) bool {
		e, ok := r.(*schema.GeofenceEvent)
		return ok && slices.Contains(fences, e.FenceID)
	}
}

// compare adds what one device's events differ in.
func (j *Job) compare(d *derived, res *Result) error {
	span := Span{From: j.From.Unix(), To: j.To.Unix(), NearS: int64(j.Near / time.Second)}
	wasLess, isLess, left, err := j.withoutReplays(d, span)
	if err != nil {
		return err
	}
	res.Left += left
	was, is := events(wasLess), events(isLess)
	tallies, changes := Diff(was, is, span)
	for kind, t := range tallies {
		if *t == (Tally{}) {
			continue // around the range only
		}
		if res.Kinds[kind] == nil {
			res.Kinds[kind] = &Tally{}
		}
		res.Kinds[kind].add(t)
	}
	for i := range was {
		if span.holds(&was[i]) {
			res.Versions[was[i].Version]++
		}
	}
	if j.Keep {
		res.Changes = append(res.Changes, changes...)
	}
	return nil
}

// events are what is compared of records that are not retracted.
func events(records []record) []Event {
	out := make([]Event, 0, len(records))
	for _, r := range records {
		if !headOf(r).revised.Retracted {
			out = append(out, eventOf(r))
		}
	}
	return out
}
