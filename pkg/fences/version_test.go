package fences_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/schema"
)

const (
	square = `{"type":"Polygon","coordinates":[[[10,50],[10.01,50],[10.01,50.01],[10,50.01],[10,50]]]}`
	bow    = `{"type":"Polygon","coordinates":[[[10,50],[10.01,50.01],[10.01,50],[10,50.01],[10,50]]]}`
	circle = `{"type":"Feature","properties":{"radius_m":200},"geometry":{"type":"Point","coordinates":[10,50]}}`
)

func TestCompileTellsAllThatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*schema.Fence)
		says   []string // every one of them
	}{
		"id":       {func(f *schema.Fence) { f.FenceID = "a\nb" }, []string{`fence "a\nb": fence_id is "a\nb"`}},
		"version":  {func(f *schema.Fence) { f.Version = 0 }, []string{`fence "yard": version is 0`}},
		"shape":    {func(f *schema.Fence) { f.GeoJSON = schema.Bytes(bow) }, []string{`fence "yard", polygon 0, ring 0`}},
		"no shape": {func(f *schema.Fence) { f.GeoJSON = nil }, []string{`fence "yard": no shape`}},
		"tell":     {func(f *schema.Fence) { f.Tell = []string{"in"} }, []string{`fence "yard": tell has "in": want some of enter, exit, dwell`}},
		"dwell":    {func(f *schema.Fence) { f.DwellS = []int64{60, 30} }, []string{`fence "yard": dwell_s is [60 30]`}},
		"limit":    {func(f *schema.Fence) { f.SpeedLimitKMH = schema.Some(2.0) }, []string{`fence "yard": speed_limit_kmh is 2: want 5 to 300`}},
		"devices":  {func(f *schema.Fence) { f.IMEIs = []string{""} }, []string{`fence "yard": imeis or groups has an empty entry`}},
		"own rules": {func(f *schema.Fence) {
			f.Enter, f.Exit = &schema.FenceEnter{}, &schema.FenceExit{MinFixes: 2, MarginM: 5000}
		}, []string{`enter.min_fixes is 0: want 1 to 100`, `exit.margin_cap_m is 5000: want 0 to 1000`}},
		"zone": {func(f *schema.Fence) {
			f.Schedule = &schema.FenceSchedule{Timezone: "Local", Windows: []schema.FenceWindow{{From: "08:00", To: "18:00"}}}
		}, []string{`fence "yard": schedule.timezone is "Local": want a name such as Europe/Berlin`}},
		"no windows": {func(f *schema.Fence) { f.Schedule = &schema.FenceSchedule{Timezone: "UTC"} }, []string{`schedule has 0 windows`}},
		"windows": {func(f *schema.Fence) {
			f.Schedule = &schema.FenceSchedule{Timezone: "UTC", Windows: []schema.FenceWindow{
				{From: "8:00", To: "18:00"}, {From: "08:00", To: "24:30"}, {Days: []string{"Monday"}, From: "08:00", To: "24:00"},
			}}
		}, []string{`number 1: from is "8:00": want HH:MM`, `number 2: to is "24:30"`, `number 3: days has "Monday"`}},
		"several": {func(f *schema.Fence) { f.Version, f.Tell, f.GeoJSON = -1, []string{"x"}, schema.Bytes(bow) }, []string{"version is -1", `tell has "x"`, "ring 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &schema.Fence{FenceID: "yard", Version: 1, GeoJSON: schema.Bytes(square)}
			_, err := fences.Compile(f)
			require.NoError(t, err)
			c.change(f)
			_, err = fences.Compile(f)
			for _, s := range c.says {
				require.ErrorContains(t, err, s)
			}
			require.NotContains(t, strings.ReplaceAll(err.Error(), "\n", " "), `"yard": fence "yard"`)
		})
	}
}

func TestCompileTakesOver(t *testing.T) {
	from := time.Date(2026, 3, 1, 8, 0, 0, 500e6, time.UTC)
	v, err := fences.Compile(&schema.Fence{
		FenceID: "yard", Version: 7, GeoJSON: schema.Bytes(circle), ValidFrom: schema.Some(from), IMEIs: []string{"1"}, Groups: []string{"vans"},
		Tell: []string{"exit", "dwell"}, DwellS: []int64{60}, SpeedLimitKMH: schema.Some(30.0),
		Enter: &schema.FenceEnter{MinFixes: 2, MinInsideS: 30, MarginM: 5}, Exit: &schema.FenceExit{MinFixes: 3, MinOutsideS: 90, MarginM: 15},
		Schedule: &schema.FenceSchedule{Timezone: "Europe/Berlin", Windows: []schema.FenceWindow{{Days: []string{"mon", "sun"}, From: "22:00", To: "06:30"}}},
	})
	require.NoError(t, err)
	require.Equal(t, from.Unix(), v.From)
	s := v.Settings
	require.Equal(t, from.Unix(), s.Since)
	require.EqualValues(t, 7, s.Version)
	require.InDelta(t, 200, s.RadiusM, 0.001)
	require.Equal(t, []int64{60}, s.DwellS)
	require.True(t, s.Silent.Enter)
	require.False(t, s.Silent.Exit || s.Silent.Dwell)
	require.EqualValues(t, 5, s.Enter.MarginM)
	require.EqualValues(t, 15, s.Exit.MarginCapM)
	require.EqualValues(t, 30, v.LimitKMH)
	sunday := time.Date(2026, 3, 1, 23, 0, 0, 0, s.Schedule.Zone)
	require.True(t, s.Schedule.Open(sunday.Unix()))
	require.True(t, s.Schedule.Open(sunday.Add(7*time.Hour).Unix()), "into Monday")
	require.False(t, s.Schedule.Open(sunday.Add(48*time.Hour).Unix()), "Tuesday")
	for _, c := range []struct {
		imei, group string
		there       bool
	}{{"1", "", true}, {"2", "vans", true}, {"2", "", false}, {"2", "trucks", false}} {
		require.Equal(t, c.there, v.For(c.imei, c.group), c)
	}
}
