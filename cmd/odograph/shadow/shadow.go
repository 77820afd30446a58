package shadow

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/pkg/derive"
)

// A Job is one comparison.
type Job struct {
	Conn  driver.Conn
	Rules *derive.Rules

	From, To time.Time     // events that start from From on and before To are compared
	IMEIs    []string      // none: all devices
	Near     time.Duration // see Span
	WarmUp   time.Duration // so long before From reading begins, so that the detectors know what goes on
	RunOut   time.Duration // so long after To it ends, so that what has begun comes to its end
	Sensors  time.Duration // the warm-up of fuel, temperature and trouble codes, which hold for long
	Late     bool          // read what came too late for the enricher as well

	Keep     bool           // keep every change, not only the counts
	Progress func(Progress) // told after each device; may be nil
}

// Progress is how far a job has come.
type Progress struct {
	Devices, AllDevices int
	Items               int64 // of all kinds
	Fixes, AllFixes     int64
}

// A Result is what came out.
type Result struct {
	Rules     string
	From, To  time.Time
	Read      Progress
	Kinds     map[string]*Tally
	Versions  map[string]int // stored events by the rules that they were found with
	Changes   []Change       // where they are kept
	ReadFrom  time.Time      // with the warm-up
	ReadUntil time.Time      // with the run-out
}

// Run compares device by device.
func (j *Job) Run(ctx context.Context) (*Result, error) {
	s := scope{
		from: j.From.Add(-j.WarmUp).Unix(), to: j.To.Add(j.RunOut).Unix(), late: j.Late,
		sensorsFrom: j.From.Add(-max(j.WarmUp, j.Sensors)).Unix(),
	}
	res := &Result{
		Rules: j.Rules.Version, From: j.From, To: j.To, Kinds: map[string]*Tally{}, Versions: map[string]int{},
		ReadFrom: time.Unix(s.from, 0).UTC(), ReadUntil: time.Unix(s.to, 0).UTC(),
	}
	all, err := devices(ctx, j.Conn, &s, j.IMEIs)
	if err != nil {
		return nil, err
	}
	res.Read.AllDevices = len(all)
	for i := range all {
		res.Read.AllFixes += int64(all[i].fixes)
	}
	for _, group := range groups(all) {
		s.imeis = s.imeis[:0]
		for i := range group {
			s.imeis = append(s.imeis, group[i].IMEI)
		}
		if err := j.group(ctx, &s, group, res); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// group compares the devices of a group.
func (j *Job) group(ctx context.Context, s *scope, group []definition, res *Result) error {
	was, err := stored(ctx, j.Conn, s)
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
		d := &group[i]
		judge := newJudge(j.Rules, d)
		for ; err == nil && more && row.IMEI == d.IMEI; row, more, err = rows.Next() {
			judge.take(row.Record)
			res.Read.count(row.Record)
		}
		if err != nil {
			return err
		}
		j.compare(was[d.IMEI], judge.list(), res)
		if res.Read.Devices++; j.Progress != nil {
			j.Progress(res.Read)
		}
	}
	return nil
}

// compare adds what one device's events differ in.
func (j *Job) compare(was, is []Event, res *Result) {
	span := Span{From: j.From.Unix(), To: j.To.Unix(), NearS: int64(j.Near / time.Second)}
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
}
