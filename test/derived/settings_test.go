package derived_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/test/pipeline"
)

// gentleBraking is a drive, second by second in km/h, with a braking of 2.2 m/s²:
// harsh for a truck, not for a car.
var gentleBraking = []int{60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 52, 44, 36, 28, 28, 28, 28, 28, 28, 28}

// brake drives a device once, at a time, and returns when it is in the tables.
func brake(t *testing.T, p *pipeline.Pipeline, imei string, at time.Time) {
	t.Helper()
	lat := 52.5
	var items []string
	for i, v := range gentleBraking {
		lat += float64(v) / 3.6 / 111_195
		items = append(items, fmt.Sprintf(`{"deviceImei":"%s","gpsTime":"%s","lat":%.6f,"lng":13.4,"gpsSpeed":%d,"direction":0,"acc":1,"satelliteNum":9,"postType":1}`,
			imei, at.Add(time.Duration(i)*time.Second).UTC().Format(time.DateTime), lat, v))
	}
	require.Equal(t, 200, p.Push("/pushgps", items...).Status)
	p.WaitAccounted(time.Minute)
	waitForSink(t, p)
}

// TestSettingsTakeEffect defines a vehicle and changes the rules while everything
// runs, as an operator does.
func TestSettingsTakeEffect(t *testing.T) {
	const truck, car = "860000000000017", "860000000000025"
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	write := func(text string) { require.NoError(t, os.WriteFile(rules, []byte(text), 0o600)) }
	write("version: first\n")
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 2, Enricher: map[string]string{
		"ODOGRAPH_RULES": rules, "ODOGRAPH_RULES_LOOK": "100ms",
	}})
	p.Start()
	odograph := func(args ...string) string {
		out, status := pipeline.Run(t, "odograph", p.CollectorSettings(), args...)
		require.Zero(t, status, out)
		return out
	}
	odograph("devices", "set", truck, "vehicle_class=truck", "driver_name=Ada", "temperature_max_c=-18")
	require.Contains(t, odograph("devices", "show", truck), `"vehicle_class":"truck"`)
	out, status := pipeline.Run(t, "odograph", p.CollectorSettings(), "devices", "set", truck, "vehicle_class=ship")
	require.NotZero(t, status)
	require.Contains(t, out, "want one of car, van, truck")
	require.Eventually(t, func() bool { return p.Count("SELECT count() FROM devices WHERE imei = '"+truck+"'") > 0 }, time.Minute, 100*time.Millisecond)

	at := time.Now().Add(-3 * time.Hour)
	brake(t, p, truck, at)
	brake(t, p, car, at)
	braking := func(imei string) []string {
		rows, err := p.Texts(t.Context(), "SELECT concat(vehicle_class, ' ', splitByChar('+', rule_version)[1]) FROM driving_events WHERE kind = 'harsh_braking' AND imei = '"+imei+"' ORDER BY start_time")
		require.NoError(t, err)
		return rows
	}
	require.Equal(t, []string{"truck first"}, braking(truck))
	require.Empty(t, braking(car))

	write("version: second\nharsh: {thresholds_mps2: {car: {brake: [1.7, 2.5, 3.2]}}}\n")
	waitForRules(t, p, "second")
	brake(t, p, car, at.Add(10*time.Minute))
	require.Equal(t, []string{"car second"}, braking(car))

	write("version: third\nharsh: {thresholds: 1}\n") // a slip: the rules before stay
	waitForRules(t, p, "not taken")
	brake(t, p, car, at.Add(20*time.Minute))
	require.Equal(t, []string{"car second", "car second"}, braking(car))

	var readings []string
	for i := range 20 {
		readings = append(readings, fmt.Sprintf(`{"deviceImei":"%s","tem":%d,"hum":40,"gateTime":"%s"}`, truck, -25+i*2, at.Add(time.Duration(30+i)*time.Minute).UTC().Format(time.DateTime)))
	}
	require.Equal(t, 200, p.Push("/pushtem", readings...).Status)
	p.WaitAccounted(time.Minute)
	waitForSink(t, p)
	require.EqualValues(t, 1, p.Count("SELECT count() FROM condition_events WHERE kind = 'temperature_out_of_range' AND imei = '"+truck+"' AND limit_max = -18 AND value_max > -18"))
	p.Stop()
}

// waitForRules waits until the enricher says that it took rules, or did not.
func waitForRules(t *testing.T, p *pipeline.Pipeline, words string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(p.Enricher.Log(), words) }, 30*time.Second, 50*time.Millisecond)
}
