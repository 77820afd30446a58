package history

import (
	"strings"
	"testing"
)

func TestGroups(t *testing.T) {
	var all []definition
	for _, n := range []uint64{10, groupFixes + 1, 5, groupFixes - 5, 1} {
		all = append(all, definition{fixes: n})
	}
	for range groupDevices + 1 {
		all = append(all, definition{})
	}
	sizes, devices := []int{}, 0
	for _, g := range groups(all) {
		sizes, devices = append(sizes, len(g)), devices+len(g)
	}
	if want := []int{1, 1, 2, groupDevices, 2}; len(sizes) != len(want) || devices != len(all) || sizes[2] != want[2] || sizes[3] != want[3] {
		t.Errorf("groups of %v devices, want %v", sizes, want)
	}
	if groups(nil) != nil {
		t.Error("a group of nothing")
	}
}

// TestShortest: a speed is what it was before it was stored in fewer bits.
func TestShortest(t *testing.T) {
	for _, v := range []float64{0, -1, 41, 33.35, 0.05, 120.7, 359.99} {
		if got := shortest(float32(v)); got != v {
			t.Errorf("%v becomes %v", v, got)
		}
	}
}

func TestScope(t *testing.T) {
	s := scope{imeis: []string{"1", `2' OR imei != '\`}, from: 10, to: 20}
	got := s.where("fix_time", 5)
	for _, want := range []string{`imei IN ('1', '2\' OR imei != \'\\')`, "fix_time >= toDateTime64(5, 3, 'UTC')", "fix_time < toDateTime64(20, 3, 'UTC')", "recompute_open"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	s.late = true
	if strings.Contains(s.where("fix_time", 5), "recompute_open") {
		t.Error("what came late is left out though it was asked for")
	}
}
