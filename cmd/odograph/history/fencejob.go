package history

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/schema"
)

// A FenceJob is the fences whose events alone are derived, by their newest
// versions, as if those had always held.
type FenceJob struct {
	names    []string
	versions []*fences.Version
	from     map[string]int64 // of a fence that was not there before, when it came to be
}

// NewFenceJob takes the newest versions of fences. One that is deleted has no
// events, so that all that are stored are taken back.
func NewFenceJob(newest map[string]FenceRow, ids []string) (*FenceJob, error) {
	j := &FenceJob{names: ids, from: map[string]int64{}}
	for _, id := range ids {
		f, known := newest[id]
		if !known {
			return nil, fmt.Errorf("there is no fence %q in the table fence_versions: was it applied, and does the sink run?", id)
		}
		if f.First && f.ValidFrom.Valid {
			j.from[id] = f.ValidFrom.Value.Unix()
		}
		if f.Deleted {
			continue
		}
		f.ValidFrom = schema.Opt[time.Time]{}
		v, err := fences.Compile(&f.Fence)
		if err != nil {
			return nil, err
		}
		j.versions = append(j.versions, v)
	}
	return j, nil
}

// Book holds the fences alone.
func (j *FenceJob) Book() *fences.Book { return new(fences.Book).With(j.versions, math.MinInt64) }

// Until is up to when the enricher has no part in the events of any of the
// fences, since none was there; false: one was there, or may have been.
func (j *FenceJob) Until() (time.Time, bool) {
	until := int64(math.MaxInt64)
	for _, id := range j.names {
		from, isNew := j.from[id]
		if !isNew {
			return time.Time{}, false
		}
		until = min(until, from)
	}
	return time.Unix(until, 0).UTC(), true
}

func (j *FenceJob) ids() []string {
	if j == nil {
		return nil
	}
	return j.names
}

// before tells whether an event is of a time before its fence came to be.
func (j *FenceJob) before(e *Event) bool {
	if j == nil {
		return false
	}
	from, isNew := j.from[e.Of]
	return isNew && e.Start < from
}

// pick gives the devices that may have events of the fences: those that they are
// there for and that came near, and those that have some stored.
func (j *FenceJob) pick(ctx context.Context, job *Job, s *scope, all []definition) ([]definition, error) {
	near, err := j.imeis(ctx, job, "SELECT DISTINCT imei FROM fixes WHERE fix_time >= "+second(s.from)+" AND fix_time < "+second(s.to)+" AND ("+j.around(job)+")")
	if err != nil {
		return nil, fmt.Errorf("find the devices near the fences: %w", err)
	}
	have, err := j.imeis(ctx, job, "SELECT DISTINCT imei FROM geofence_events WHERE at >= "+second(s.from)+" AND at < "+second(s.to)+" AND fence_id IN ("+quoted(j.names)+")")
	if err != nil {
		return nil, fmt.Errorf("find the devices with events of the fences: %w", err)
	}
	var out []definition
	for i := range all {
		d := &all[i]
		if have[d.IMEI] || near[d.IMEI] && j.meant(d) {
			out = append(out, *d)
		}
	}
	return out, nil
}

func (j *FenceJob) meant(d *definition) bool {
	for _, v := range j.versions {
		if v.For(d.IMEI, d.Group) {
			return true
		}
	}
	return false
}

func (j *FenceJob) imeis(ctx context.Context, job *Job, query string) (map[string]bool, error) {
	rows, err := job.Conn.Query(queryContext(ctx), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var imei string
		if err := rows.Scan(&imei); err != nil {
			return nil, err
		}
		out[imei] = true
	}
	return out, rows.Err()
}

// around is the condition for fixes that are so near to a fence that the vehicle
// may have been inside before the next one, or was since the one before: over
// longer gaps than jump.max_gap_s nothing is concluded from two fixes.
func (j *FenceJob) around(job *Job) string {
	r := &job.Rules.Geofence
	marginM := r.Jump.MaxImpliedKMH/3.6*float64(r.Jump.MaxGapS) + 2*r.Rest.RadiusM + 1000
	const degreeM = 111_000
	parts := make([]string, 1, 1+len(j.versions))
	parts[0] = "0" // near none of them
	for _, v := range j.versions {
		south, west, north, east := v.Shape.Bounds()
		south, north = max(-90, south-marginM/degreeM), min(90, north+marginM/degreeM)
		part := fmt.Sprintf("lat_e7 BETWEEN %.0f AND %.0f", south*1e7, north*1e7)
		if shrink := math.Cos(max(math.Abs(south), math.Abs(north)) * math.Pi / 180); shrink > 0.05 {
			wide := marginM / degreeM / shrink
			if west, east = west-wide, east+wide; west >= -180 && east <= 180 {
				part += fmt.Sprintf(" AND lng_e7 BETWEEN %.0f AND %.0f", west*1e7, east*1e7)
			} // else it crosses the 180th meridian: the latitude will do
		}
		parts = append(parts, "("+part+")")
	}
	return strings.Join(parts, " OR ")
}
