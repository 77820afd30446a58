package polling_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/test/pipeline"
)

// TestOperatorAndSecrets calls the platform as an operator does, beside a
// collector whose token must live on, and then looks for every secret in all
// that was written.
func TestOperatorAndSecrets(t *testing.T) {
	logs := t.TempDir()
	t.Setenv("ODOGRAPH_TEST_LOGS", logs)
	t.Setenv("ODOGRAPH_TEST_LOG_LEVEL", "debug")
	account := jimitest.Account{
		Name: "demo", AppKey: "8FB345B8693CCD00B9A1C3E5D70F2A44", AppSecret: "planted-app-secret-3c1f", User: "demo",
		PasswordMD5: "aa55aa55deadbeefdeadbeefaa55aa55", Target: "demo",
	}
	s := stage(t, jimitest.Options{Seed: 4, Devices: 4, Start: time.Now().Add(-time.Hour), Accounts: []jimitest.Account{account}, Messy: true},
		map[string]string{"TRACK_POLL": "auto", "TRACK_EVERY": "2s", "TRACK_BACK": "15m", "FLEET_POLL": "1s", "ALARM_POLL": "2s", "OBD_POLL": "2s", "REPORT_POLL": "1h"})
	s.Start()
	until(t, "the collector polls", time.Minute, func() bool { return s.number(t, "SELECT count() FROM fixes WHERE source = 'track_list'") > 0 })

	var said strings.Builder
	odograph := func(want int, args ...string) string {
		t.Helper()
		env := s.CollectorSettings()
		out, code := pipeline.Run(t, "odograph", env, args...)
		said.WriteString(out)
		if code != want {
			t.Fatalf("odograph %v: status %d, want %d\n%s", args, code, want, out)
		}
		return out
	}
	imei := s.platform.IMEIs()[0]
	if out := odograph(0, "api", "jimi.user.device.list", "--json"); strings.Count(out, "\n") != 4 || !strings.Contains(out, imei) {
		t.Errorf("device list:\n%s", out)
	}
	odograph(0, "api", "jimi.track.device.detail", "imei="+imei)
	odograph(0, "devices", "locate", imei)
	for _, refused := range [][]string{
		{"api", "jimi.open.device.update", "imei=" + imei, "vehicle_name=Van"},
		{"api", "jimi.open.device.update", "imei=" + imei, "vehicle_name=Van", "--yes"},
		{"api", "jimi.oauth.token.get"},
		{"api", "jimi.no.such.method"},
		{"api", "jimi.track.device.detail"},
		{"api", "jimi.track.device.detail", "imei=999"},
	} {
		odograph(1, refused...)
	}
	odograph(0, "api", "jimi.open.device.update", "imei="+imei, "vehicle_name=Van 7", "--yes", "--allow-pipeline-credentials")
	until(t, "the change left its two records", time.Minute, func() bool {
		return s.number(t, "SELECT count() FROM messages WHERE kind = 'api.jimi.open.device.update' AND imei = ? AND source = 'api'", imei) == 2
	})
	until(t, "the position that was asked for is there", time.Minute, func() bool {
		return s.number(t, "SELECT count() FROM fix_sightings WHERE source = 'location_get' AND imei = ?", imei) > 0
	})
	before := s.number(t, "SELECT count() FROM fix_sightings WHERE source = 'location_get'")
	s.Push("/pushalarm", fmt.Sprintf(`{"type":"DEVICE","msgClass":0,"imei":%q,"msg":{"alertType":"1","alarmTime":%q}}`, imei, time.Now().UTC().Format(time.DateTime)))
	until(t, "a device whose alarm came without a position is asked where it is", time.Minute, func() bool {
		return s.number(t, "SELECT count() FROM fix_sightings WHERE source = 'location_get'") > before
	})
	if st := s.platform.Stats(); st.Tokens != 1 || st.EndedWhileValid != 0 || st.UsedAfterItsEnd != 0 {
		t.Errorf("the operator's calls and the collector share one token: %+v", st)
	}
	token := s.platform.Tokens()
	s.Stop()

	files, err := filepath.Glob(filepath.Join(logs, "*", "*.log"))
	if err != nil || len(files) < 3 {
		t.Fatalf("logs %v, %v", files, err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		said.Write(b)
	}
	if len(said.String()) < 1000 {
		t.Fatal("there is nothing to search")
	}
	for _, secret := range append(token, account.AppSecret, account.PasswordMD5, pipeline.Token, "sign=") {
		if at := strings.Index(said.String(), secret); at >= 0 {
			t.Errorf("a secret is in what was written: …%.120s…", said.String()[max(0, at-60):])
		}
	}
	var inMessages uint64
	if err := s.Owner.QueryRow(t.Context(), "SELECT count() FROM messages WHERE position(raw, ?) > 0 OR position(raw, ?) > 0", account.AppSecret, token[0]).Scan(&inMessages); err != nil || inMessages > 0 {
		t.Errorf("a secret is in the messages: %d, %v", inMessages, err)
	}
}
