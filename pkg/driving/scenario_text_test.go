package driving_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
)

// String is the events as scenarios write them.
func (l *eventLog) String() string {
	var lines []string
	for _, e := range l.events() {
		lines = append(lines, text(&e))
	}
	for _, r := range slices.Sorted(maps.Keys(l.rejects)) {
		lines = append(lines, fmt.Sprintf("reject %s %d", r, l.rejects[r]))
	}
	return strings.Join(lines, "\n")
}

func (l *eventLog) events() []driving.Event {
	return slices.SortedFunc(maps.Values(l.last), func(a, b driving.Event) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Kind, b.Kind))
	})
}

func text(e *driving.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d..%d %s %s", e.Kind, e.Start-start, e.End-start, e.Severity, e.Confidence)
	if e.Sources&driving.Device != 0 {
		fmt.Fprintf(&b, " device=%s", e.AlarmCode)
	}
	if e.Sources&driving.GPS == 0 {
		return b.String()
	}
	b.WriteString(" gps")
	if e.Kind == schema.Speeding {
		fmt.Fprintf(&b, " max=%.0f limit=%.0f %s m=%.0f", e.MaxSpeedKMH, e.LimitKMH, e.LimitSource, e.DistanceM)
		return b.String()
	}
	fmt.Fprintf(&b, " peak=%.2f threshold=%.2f gap=%d %.0f>%.0f", e.PeakMPS2, e.ThresholdMPS2, e.GapS, e.SpeedBeforeKMH, e.SpeedAfterKMH)
	if e.Kind == schema.HarshCornering {
		fmt.Fprintf(&b, " turn=%.0f", e.HeadingChangeDeg)
	}
	return b.String()
}
