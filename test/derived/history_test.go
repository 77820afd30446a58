package derived_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/odograph/odograph/test/pipeline"
)

// Where the device's alarm came first, the stored event starts with it, may end
// with it and is at least as severe: of such events only what GPS saw is compared.
const (
	seenByGPS = `imei, kind, round(peak_mps2, 9), round(threshold_mps2, 9), toInt64(gap_s), speed_before_kmh, speed_after_kmh,
		toInt64(heading_change_deg), toInt64(peak_heading_change_deg), round(lat, 6), round(lng, 6), toString(vehicle_class), toString(rule_version)`
	byGPSAlone = seenByGPS + `, start_time, end_time, toString(severity), toString(confidence)`
)

// compareHistory holds the harsh events that are stored to those that the view
// harsh_from_history finds in the stored fixes.
func compareHistory(t *testing.T, p *pipeline.Pipeline, d *delivery) {
	t.Helper()
	texts := func(columns, from, where string) []string {
		rows, err := p.Texts(t.Context(), fmt.Sprintf("SELECT toString(tuple(%s)) FROM %s WHERE startsWith(imei, '%s') AND %s", columns, from, d.prefix, where))
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(rows)
		return rows
	}
	history := fmt.Sprintf("harsh_from_history(imei = '', from = '%s', to = '%s', rule_version = '')", start.Add(-time.Hour).Format(time.DateTime), start.Add(12*time.Hour).Format(time.DateTime))
	stored := texts(seenByGPS, "driving_events", "startsWith(kind, 'harsh') AND has(sources, 'gps')")
	if len(stored) < 10 {
		t.Errorf("%s: only %d harsh events are stored that GPS saw", d.name, len(stored))
	}
	compare(t, d.name+", from the history", stored, texts(seenByGPS, history, "1"))

	alone := texts(byGPSAlone, "driving_events", "startsWith(kind, 'harsh') AND sources = ['gps']")
	all, found := texts(byGPSAlone, history, "1"), 0
	for _, event := range alone {
		if _, ok := slices.BinarySearch(all, event); ok {
			found++
		} else {
			t.Errorf("%s: stored, and not found in the history: %s", d.name, event)
		}
	}
	t.Logf("%-36s %d harsh events that GPS saw, %d of them by GPS alone: %d found in the history in full", d.name, len(stored), len(alone), found)
}
