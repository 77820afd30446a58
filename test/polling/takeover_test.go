package polling_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/test/pipeline"
)

// TestAnotherCollectorTakesOver kills one of two collectors. The other one goes
// on with its devices where it stopped, and with the same token.
func TestAnotherCollectorTakesOver(t *testing.T) {
	platform := jimitest.New(jimitest.Options{Seed: 9, Devices: 16, Start: time.Now().Add(-time.Hour)})
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	more := map[string]string{"TRACK_POLL": "blanket", "TRACK_EVERY": "2s", "TRACK_BACK": "6s", "FLEET_POLL": "2s", "DEVICE_POLL": "2s"}
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 6, Collector: settings(platform, server.URL, more)})
	collectors := map[string]*pipeline.Component{"test": p.Collector, "second": p.AnotherCollector("second", settings(platform, server.URL, more))}
	p.Start()
	collectors["second"].Launch()
	collectors["second"].WaitReady()

	tracks := func(since time.Time) (out []jimitest.Ask) {
		for _, a := range platform.Asks() {
			if a.Method == openapi.TrackList.Name && !a.At.Before(since) {
				out = append(out, a)
			}
		}
		return out
	}
	askers := func(since time.Time) map[string][]string { // by device
		out := map[string][]string{}
		for _, a := range tracks(since) {
			if who := instanceOf(a.Agent); !slices.Contains(out[a.IMEIs[0]], who) {
				out[a.IMEIs[0]] = append(out[a.IMEIs[0]], who)
			}
		}
		return out
	}
	var stable time.Time
	until(t, "both collectors poll, each its own devices, none left", time.Minute, func() bool {
		stable = time.Now().Add(-7 * time.Second)
		by := askers(stable)
		both := map[string]bool{}
		for _, who := range by {
			if len(who) != 1 {
				return false
			}
			both[who[0]] = true
		}
		return len(by) == 16 && len(both) == 2
	})

	holder := instanceOf(platform.Stats().Holders[0])
	other := "second"
	if holder == other {
		other = "test"
	}
	t.Logf("%s holds the token, is killed; %s must take over", holder, other)
	killed := time.Now()
	collectors[holder].Kill()
	until(t, "the other one polls all devices and has the duties", time.Minute, func() bool {
		duties := slices.ContainsFunc(platform.Asks(), func(a jimitest.Ask) bool {
			return a.At.After(killed) && a.Method == openapi.DeviceList.Name && instanceOf(a.Agent) == other
		})
		return duties && len(askers(killed.Add(time.Second))) == 16
	})
	t.Logf("taken over after %s", time.Since(killed).Round(100*time.Millisecond))
	time.Sleep(5 * time.Second)
	collectors[other].Kill()

	for imei, who := range askers(killed.Add(time.Second)) {
		if len(who) != 1 || who[0] != other {
			t.Errorf("%s was polled by %v after the kill", imei, who)
		}
	}
	checkContinuous(t, tracks(time.Time{}))
	if s := platform.Stats(); s.EndedWhileValid != 0 || s.UsedAfterItsEnd != 0 || s.Tokens != 1 || len(s.Holders) != 1 {
		t.Errorf("tokens: %d given, %d ended while valid, %d calls with ended ones, holders %v", s.Tokens, s.EndedWhileValid, s.UsedAfterItsEnd, s.Holders)
	}
}

func instanceOf(agent string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(agent, "odograph/"), " ")
	return name
}

// checkContinuous holds each device's windows to have no hole between them.
func checkContinuous(t *testing.T, asks []jimitest.Ask) {
	t.Helper()
	windows := map[string][]jimitest.Ask{}
	for _, a := range asks {
		windows[a.IMEIs[0]] = append(windows[a.IMEIs[0]], a)
	}
	longest := time.Duration(0)
	for imei, list := range windows {
		slices.SortFunc(list, func(a, b jimitest.Ask) int { return a.From.Compare(b.From) })
		covered := list[0].To
		for i, w := range list[1:] {
			if w.From.After(covered) {
				t.Errorf("%s: nobody asked for %s to %s (%s before, %s after)", imei, covered, w.From, list[i].Agent, w.Agent)
			}
			longest = max(longest, w.To.Sub(w.From))
			if w.To.After(covered) {
				covered = w.To
			}
		}
	}
	t.Logf("the windows of %d devices are continuous; the longest, over the takeover, is %s", len(windows), longest)
}
