package polling_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/test/pipeline"
)

// TestTwoAccountsInTwoRegions polls two accounts on two nodes; the second
// has no calls left for the day, which must not touch the first.
func TestTwoAccountsInTwoRegions(t *testing.T) {
	accounts := []jimitest.Account{
		{Name: "eu", AppKey: "EUKEY", AppSecret: "eu-secret", User: "europe", PasswordMD5: "11111111111111111111111111111111"},
		{Name: "us", AppKey: "USKEY", AppSecret: "us-secret", User: "america", PasswordMD5: "22222222222222222222222222222222"},
	}
	file := "collector:\n  accounts:\n"
	var nodes []*jimitest.Platform
	for i, a := range accounts {
		node := jimitest.New(jimitest.Options{Seed: int64(100 + i), Devices: 5, Start: time.Now().Add(-time.Hour), Accounts: []jimitest.Account{a}, DailyQuota: 1 + (1-i)*1_000_000})
		server := httptest.NewServer(node)
		t.Cleanup(server.Close)
		nodes = append(nodes, node)
		file += fmt.Sprintf("    - {name: %s, url: %s/route/rest, app_key: %s, app_secret: %s, user: %s, password_md5: '%s', allow_http: true}\n",
			a.Name, server.URL, a.AppKey, a.AppSecret, a.User, a.PasswordMD5)
	}
	path := filepath.Join(t.TempDir(), "odograph.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	more := settings(nodes[0], "", map[string]string{"TRACK_POLL": "blanket", "TRACK_EVERY": "2s", "TRACK_BACK": "15m", "FLEET_POLL": "1s"})
	for name := range more {
		if len(name) > 20 && name[:20] == "ODOGRAPH_TRACKSOLID_" {
			delete(more, name)
		}
	}
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 3, Collector: more, CollectorFile: path})
	p.Start()
	s := &scene{Pipeline: p, platform: nodes[0]}
	until(t, "all devices of the first account are polled", time.Minute, func() bool {
		return s.number(t, "SELECT uniqExact(imei) FROM fix_sightings WHERE account = 'eu' AND source = 'track_list'") == 5
	})
	if n := s.number(t, "SELECT count() FROM fix_sightings WHERE account = 'us'"); n != 0 {
		t.Errorf("%d rows of an account whose quota is used up", n)
	}
	if n := nodes[1].Stats().Refused["1006"]; n == 0 || n > 3 {
		t.Errorf("an account without quota was called %d times more: once tells it", n)
	}
	until(t, "all devices of the first account are defined", time.Minute, func() bool { // their rows come another way
		return s.number(t, "SELECT count() FROM devices WHERE account = 'eu'") == 5
	})
	s.Stop()
}
