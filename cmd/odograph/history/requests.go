package history

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/pkg/schema"
)

// OpenRequests reads the recompute requests that are not fulfilled, by device and
// time: of some devices, or of all.
func OpenRequests(ctx context.Context, conn driver.Conn, imeis []string) ([]schema.Recompute, error) {
	where := ""
	if len(imeis) > 0 {
		where = " WHERE imei IN (" + quoted(imeis) + ")"
	}
	rows, err := conn.Query(queryContext(ctx), "SELECT imei, event_time, newest_time, received_time, toString(source), kind, reason, raw_partition, raw_offset FROM recompute_open"+
		where+" ORDER BY imei, event_time, raw_offset")
	if err != nil {
		return nil, fmt.Errorf("read recompute_open: %w", err)
	}
	defer rows.Close()
	var out []schema.Recompute
	for rows.Next() {
		var r schema.Recompute
		var source string
		if err := rows.Scan(&r.IMEI, &r.EventTime, &r.NewestTime, &r.ReceivedTime, &source, &r.Kind, &r.Reason, &r.RawPartition, &r.RawOffset); err != nil {
			return nil, fmt.Errorf("read recompute_open: %w", err)
		}
		r.Source = schema.Source(source)
		out = append(out, r)
	}
	return out, rows.Err()
}

// A Stretch is the time of one device that has to be derived anew.
type Stretch struct {
	IMEI     string
	From, To time.Time
	Requests []schema.Recompute
}

// Stretches are what requests, in order, ask for: before and after each late
// item. Those that overlap are one.
func Stretches(requests []schema.Recompute, before, after time.Duration) []Stretch {
	var out []Stretch
	for i := range requests {
		r := &requests[i]
		from, to := r.EventTime.Add(-before).Truncate(time.Second), r.EventTime.Add(after).Truncate(time.Second)
		if n := len(out); n > 0 && out[n-1].IMEI == r.IMEI && !from.After(out[n-1].To) {
			s := &out[n-1]
			s.To, s.Requests = to, append(s.Requests, *r)
			continue
		}
		out = append(out, Stretch{r.IMEI, from, to, []schema.Recompute{*r}})
	}
	return out
}

// tries bound how often a stretch is made longer by what began before it.
const tries = 4

// Requested finds the corrections of stretches, and gives the requests that are
// fulfilled once those are stored: where nothing had to be left as it is.
func (j *Job) Requested(ctx context.Context, stretches []Stretch) (*Corrections, []schema.Recompute, error) {
	out := j.noCorrections()
	out.Read.AllDevices = len(stretches)
	var done []schema.Recompute
	for _, s := range stretches {
		one, err := j.stretch(ctx, s)
		if err != nil {
			return nil, nil, err
		}
		if !one.LeftOf[s.IMEI] {
			done = append(done, s.Requests...)
		}
		out.add(one)
		if j.Progress != nil {
			j.Progress(out.Read)
		}
	}
	for i := range done {
		done[i].RuleVersion = j.Rules.Version
	}
	return out, done, nil
}

// stretch finds the corrections of one. A stop of days over which a late item
// lies is taken in from its beginning, and what begins otherwise at its end with it.
func (j *Job) stretch(ctx context.Context, s Stretch) (*Corrections, error) {
	part := *j
	part.IMEIs, part.From, part.To, part.Progress = []string{s.IMEI}, s.From, s.To, nil
	for try := 1; ; try++ {
		c, err := part.Correct(ctx, nil)
		if err != nil {
			return nil, err
		}
		earlier, before := c.Earlier[s.IMEI]
		later, after := c.Later[s.IMEI]
		if !before && !after || try == tries {
			return c, nil
		}
		if before {
			part.From = earlier
		}
		if after {
			part.To = later.Add(time.Second)
		}
	}
}

// add adds the corrections of other stretches. One that two stretches of a device
// have in common is the same in both.
func (c *Corrections) add(o *Corrections) {
	had := map[string]bool{}
	for i := len(c.List) - 1; i >= 0 && len(o.List) > 0 && c.List[i].event().IMEI == o.List[0].event().IMEI; i-- {
		had[headOf(c.List[i].record).id] = true
	}
	c.List = append(c.List, slices.DeleteFunc(o.List, func(x Correction) bool { return had[headOf(x.record).id] })...)
	c.Read.Devices++
	c.Read.Items += o.Read.Items
	c.Read.Fixes += o.Read.Fixes
	c.Read.AllFixes += o.Read.AllFixes
	for kind, t := range o.Kinds {
		if c.Kinds[kind] == nil {
			c.Kinds[kind] = &Tally{}
		}
		c.Kinds[kind].add(t)
	}
	for version, n := range o.Versions {
		c.Versions[version] += n
	}
	for reason, n := range o.Left {
		c.Left[reason] += n
	}
	for imei := range o.LeftOf {
		c.LeftOf[imei] = true
	}
}
