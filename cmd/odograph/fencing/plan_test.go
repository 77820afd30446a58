package fencing_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/cmd/odograph/fencing"
	"github.com/odograph/odograph/pkg/schema"
)

const was = `
- {fence_id: same, imeis: [2, 1], tell: [dwell, exit, enter], shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 250}}}
- {fence_id: larger, shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 250}}}
- {fence_id: moved, shape: {wkt: "POLYGON((11.8 48.1,11.82 48.1,11.82 48.12,11.8 48.1))"}}
- {fence_id: reshaped, name: Old, shape: {wkt: "POLYGON((11.8 48.1,11.82 48.1,11.82 48.12,11.8 48.1))"}}
- {fence_id: settings, imeis: ["1", "2", "3"], groups: [vans], tell: [enter], dwell_s: [60], exit: {min_fixes: 2}, speed_limit_kmh: 50, shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 250}}}
- {fence_id: gone, shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 250}}}
- {fence_id: deleted, shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 250}}}
`

const wanted = `
- {fence_id: same, imeis: [1, 2], shape: {geojson: {type: Point, coordinates: [11.5, 48.1]}}, radius_m: 250}
- {fence_id: larger, shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 300}}}
- {fence_id: moved, shape: {wkt: "POLYGON((11.801 48.1,11.821 48.1,11.821 48.12,11.801 48.1))"}}
- {fence_id: reshaped, name: New, shape: {corridor: {width_m: 100, points: [[48.1, 11.5], [48.2, 11.6]]}}}
- {fence_id: settings, imeis: ["2", "3", "4"], dwell_s: [], enter: {min_fixes: 2}, schedule: {timezone: UTC, windows: [{from: 06:00, to: 18:00}]}, shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 250}}}
- {fence_id: new, imeis: ["1", "2", "3", "4"], groups: [a, b, c, d], tell: [exit], speed_limit_kmh: 30, shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 50}}}
- {fence_id: deleted, shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 250}}}
- {fence_id: unreadable, shape: {circle: {lat: 48.1, lng: 11.5, radius_m: 250}}}
`

func setOf(t *testing.T, yaml string) *fencing.Set {
	t.Helper()
	s := new(fencing.Set)
	s.ReadText([]byte(yaml), "a.yaml", &fencing.Form{})
	require.Empty(t, s.Refused)
	fencing.Finish(s)
	return s
}

func TestDifference(t *testing.T) {
	states := map[string]*fencing.State{}
	for i, d := range setOf(t, was).Definitions {
		d.Fence.Version = int64(i + 1)
		d.Fence.ValidFrom = schema.Some(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		states[d.Fence.FenceID] = &fencing.State{Fence: d.Fence, Highest: int64(i + 2)}
	}
	states["deleted"].Fence.Deleted = true
	states["unreadable"] = &fencing.State{Fence: schema.Fence{FenceID: "unreadable", Version: 8}, Highest: 8, Err: errors.New("of another form")}
	topic := fencing.TopicOf(states)
	var out bytes.Buffer
	plan := topic.PlanSet(setOf(t, wanted), func(string) bool { return true })
	for i := range plan.Changes {
		c := &plan.Changes[i]
		if c.Old != nil {
			require.Equal(t, c.Old.Highest+1, c.New.Version, "no version is used again")
		} else {
			require.EqualValues(t, 1, c.New.Version)
		}
	}
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	plan.Date(fencing.When{At: now.Add(-60 * 24 * time.Hour)}, now)
	require.NoError(t, plan.Print(&out))
	golden(t, "difference", out.Bytes())
}
