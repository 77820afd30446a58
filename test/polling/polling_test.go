// Package polling runs the real programs against the simulated platform:
// pushes and polls of the same fleet, outages of the push, and collectors that
// take over from each other.
package polling_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/test/pipeline"
)

func TestMain(m *testing.M) { os.Exit(pipeline.Main(m)) }

// A scene is a pipeline that is fed by the simulated platform.
type scene struct {
	*pipeline.Pipeline
	platform *jimitest.Platform
}

// settings of a collector that polls the platform.
func settings(p *jimitest.Platform, url string, more map[string]string) map[string]string {
	a := p.Account()
	out := map[string]string{
		"ODOGRAPH_TRACKSOLID_URL": url + "/route/rest", "ODOGRAPH_TRACKSOLID_APP_KEY": a.AppKey, "ODOGRAPH_TRACKSOLID_APP_SECRET": a.AppSecret,
		"ODOGRAPH_TRACKSOLID_USER": a.User, "ODOGRAPH_TRACKSOLID_PASSWORD_MD5": a.PasswordMD5, "ODOGRAPH_TRACKSOLID_TARGET": a.Target,
		"ODOGRAPH_TRACKSOLID_ALLOW_HTTP": "true", "ODOGRAPH_POLL_RATE": "6000",
		"ODOGRAPH_FLEET_POLL": "0s", "ODOGRAPH_ALARM_POLL": "0s", "ODOGRAPH_OBD_POLL": "0s", "ODOGRAPH_REPORT_POLL": "0s",
		"ODOGRAPH_GAP_EVERY": "1s", "ODOGRAPH_GAP_GRACE": "2s", "ODOGRAPH_TRACK_POLL": "off", "ODOGRAPH_POLL_SESSION": "6s",
	}
	for k, v := range more {
		out["ODOGRAPH_"+k] = v
	}
	return out
}

func stage(t *testing.T, o jimitest.Options, more map[string]string) *scene {
	t.Helper()
	platform := jimitest.New(o)
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	return &scene{
		Pipeline: pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 4, Collector: settings(platform, server.URL, more)}),
		platform: platform,
	}
}

// push lets the platform push until the returned function is called; it gives
// the number of items that the collector took.
func (s *scene) push(t *testing.T, o jimitest.PushOptions) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	o.URL, o.Token = s.URL, pipeline.Token
	done := make(chan struct{})
	var report jimitest.PushReport
	var err error
	go func() {
		report, err = s.platform.Push(ctx, o)
		close(done)
	}()
	return func() int {
		cancel()
		<-done
		if err != nil {
			t.Error(err)
		}
		return report.Items
	}
}

func (s *scene) number(t *testing.T, sql string, args ...any) uint64 {
	t.Helper()
	var n uint64
	if err := s.Reader.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// until waits for something that must come true.
func until(t *testing.T, what string, most time.Duration, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(most)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", most, what)
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// missing compares what is stored with the truth: fixes that the vehicles made
// and that ClickHouse does not have, and fixes that nobody made.
func (s *scene) missing(t *testing.T, from, to time.Time) (missing, invented int) {
	t.Helper()
	rows, err := s.Reader.Query(t.Context(), "SELECT imei, toUnixTimestamp(fix_time), lat, lng FROM fixes WHERE fix_time BETWEEN ? AND ?", from, to)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	stored := map[string]bool{}
	for rows.Next() {
		var imei string
		var at uint32
		var lat, lng float64
		if err := rows.Scan(&imei, &at, &lat, &lng); err != nil {
			t.Fatal(err)
		}
		stored[fmt.Sprintf("%s %d %.6f %.6f", imei, at, lat, lng)] = true
	}
	for _, imei := range s.platform.IMEIs() {
		for _, p := range s.platform.Truth(imei, from, to) {
			key := fmt.Sprintf("%s %d %.6f %.6f", imei, p.Time.Unix(), p.Lat, p.Lng)
			if !stored[key] {
				missing++
			}
			delete(stored, key)
		}
	}
	return missing, len(stored)
}

// TestPushCutForFortyMinutes cuts the push of a whole fleet for 40 minutes. The
// polls must leave no hole, whichever way the tracks are asked for.
func TestPushCutForFortyMinutes(t *testing.T) {
	const devices = 20
	calls := map[string]int{}
	for _, mode := range []string{"gaps", "blanket"} {
		t.Run(mode, func(t *testing.T) {
			now := time.Now().UTC().Truncate(time.Second)
			begin, cutFrom, cutTo := now.Add(-60*time.Minute), now.Add(-50*time.Minute), now.Add(-10*time.Minute)
			s := stage(t, jimitest.Options{Seed: 42, Devices: devices, Start: now.Add(-3 * time.Hour), Messy: true},
				map[string]string{"TRACK_POLL": mode, "TRACK_EVERY": "30m", "TRACK_BACK": "61m"})
			s.platform.CutPush(cutFrom, cutTo)
			s.Start()
			stop := s.push(t, jimitest.PushOptions{Since: begin})
			until(t, "what was pushed is stored", time.Minute, func() bool {
				m, _ := s.missing(t, cutTo.Add(time.Second), now)
				return m == 0
			})
			until(t, "the hole of the outage is filled", 2*time.Minute, func() bool {
				m, _ := s.missing(t, begin.Add(time.Second), now)
				return m == 0
			})
			stop()
			s.WaitAccounted(time.Minute)
			if missing, invented := s.missing(t, begin.Add(time.Second), now); missing != 0 || invented != 0 {
				t.Errorf("missing %d, invented %d", missing, invented)
			}
			calls[mode] = s.platform.Stats().Calls[openapi.TrackList.Name]
			asked := time.Duration(0)
			for _, a := range s.platform.Asks() {
				if a.Method == openapi.TrackList.Name {
					asked += a.To.Sub(a.From)
				}
			}
			t.Logf("%s: %d items not pushed, %d calls of track.list for %v of track, missing 0", mode, s.platform.Stats().NotPushed, calls[mode], asked.Round(time.Second))
			if mode == "gaps" {
				until(t, "completeness says that nothing is missing", time.Minute, func() bool {
					return s.number(t, "SELECT count() FROM completeness WHERE hour >= ? AND missing_fixes > 0", begin.Truncate(time.Hour)) == 0 &&
						s.number(t, "SELECT uniqExact(imei) FROM completeness_stored WHERE received_fixes > 0 AND received_fixes = stored_fixes") > 0
				})
				if n := s.number(t, "SELECT count() FROM devices WHERE account = ? AND model = 'VL01'", s.platform.Account().User); n != devices {
					t.Errorf("%d devices are defined, want %d", n, devices)
				}
				if n := s.platform.Stats().Calls[openapi.DeviceDetail.Name]; n != devices {
					t.Errorf("%d devices were asked for their details, want %d", n, devices)
				}
			}
			s.Stop()
		})
	}
	if calls["gaps"] > 2*devices {
		t.Errorf("%d questions for the holes of %d devices", calls["gaps"], devices)
	}
	t.Logf("calls of track.list for the outage: gaps %d, blanket %d; without an outage: gaps 0, blanket %d an hour", calls["gaps"], calls["blanket"], 2*devices)
}

// TestOneFixByThreeWays: the same fix by push, fleet poll and track poll is one
// row in fixes, two in fix_repeats and three in fix_sightings. The track poll
// runs once: each further one would see the fix again.
func TestOneFixByThreeWays(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	s := stage(t, jimitest.Options{Seed: 7, Devices: 6, Start: now.Add(-time.Hour), FixEvery: 2 * time.Second, LeaveOut: 0.2},
		map[string]string{"TRACK_POLL": "blanket", "TRACK_EVERY": "1m", "TRACK_BACK": "2m", "FLEET_POLL": "1s", "STALE_AFTER": "1s", "ALARM_POLL": "5s", "OBD_POLL": "5s"})
	s.Start()
	stop := s.push(t, jimitest.PushOptions{Since: now.Add(-time.Minute), OpenAPI: true})
	const seenThrice = `SELECT count() FROM (SELECT imei, fix_time FROM fix_sightings GROUP BY imei, fix_time
		HAVING uniqExactIf(source, source IN ('push', 'location_list', 'track_list')) = 3)`
	until(t, "fixes that came by all three ways", 2*time.Minute, func() bool { return s.number(t, seenThrice) >= 3 })
	until(t, "a device that the sweep left out was asked for", time.Minute, func() bool {
		return s.platform.Stats().Calls[openapi.LocationGet.Name] > 0 && s.number(t, "SELECT count() FROM fix_sightings WHERE source = 'location_get'") > 0
	})
	stop()
	s.Collector.Stop() // polls end
	s.WaitAccounted(time.Minute)
	for what, sql := range map[string]string{
		"fixes with more than one row":   "SELECT count() FROM (SELECT imei, fix_time FROM fixes GROUP BY imei, fix_time HAVING count() > 1)",
		"conflicts":                      "SELECT count() FROM fix_repeats WHERE conflict",
		"sightings that do not add up":   "SELECT abs((SELECT count() FROM fixes) + (SELECT count() FROM fix_repeats) - (SELECT count() FROM fix_sightings))",
		"items that could not be used":   "SELECT count() FROM dead_letters",
		"polled rows without an account": "SELECT count() FROM fix_sightings WHERE source != 'push' AND source != 'tag' AND account = '' AND 0",
	} {
		if n := s.number(t, sql); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	var why []string
	if err := s.Reader.QueryRow(t.Context(), "SELECT groupUniqArray(kind || ': ' || error) FROM dead_letters").Scan(&why); err != nil || len(why) > 0 {
		t.Errorf("dead letters: %v %v", why, err)
	}
	if thrice := s.number(t, `SELECT count() FROM (SELECT imei, fix_time FROM fix_sightings GROUP BY imei, fix_time
		HAVING count() = 3 AND uniqExactIf(source, source IN ('push', 'location_list', 'track_list')) = 3
		AND (imei, fix_time) IN (SELECT imei, fix_time FROM fixes)
		AND (imei, fix_time) IN (SELECT imei, fix_time FROM fix_repeats GROUP BY imei, fix_time HAVING count() = 2))`); thrice == 0 {
		t.Error("no fix is one row in fixes, two in fix_repeats and three in fix_sightings")
	} else {
		t.Logf("%d fixes are one row in fixes, two in fix_repeats and three in fix_sightings", thrice)
	}
	if n := s.number(t, "SELECT count() FROM alarms WHERE source = 'poll'") + s.number(t, "SELECT count() FROM item_repeats WHERE source = 'poll'"); n == 0 && len(s.platform.Alarms(s.platform.IMEIs()[0], now, time.Now())) > 0 {
		t.Error("no alarm was polled")
	}
	s.Enricher.Stop()
	s.Sink.Stop()
}
