package poll

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/polls"
	"github.com/odograph/odograph/pkg/coverage"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// Whatever the times at which a poll runs, its windows leave nothing out.
func TestWindowsAreContinuous(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		j := job{
			every: time.Duration(rapid.IntRange(1, 3600).Draw(rt, "every")) * time.Second, aligned: rapid.Bool().Draw(rt, "aligned"),
			overlap: time.Duration(rapid.IntRange(0, 600).Draw(rt, "overlap")) * time.Second, settle: time.Duration(rapid.IntRange(0, 3600).Draw(rt, "settle")) * time.Second,
		}
		if j.aligned {
			j.overlap = 0
		}
		now := noon
		cursor := now.Add(-time.Hour).Truncate(j.every)
		covered := cursor
		for range rapid.IntRange(1, 20).Draw(rt, "runs") {
			now = now.Add(time.Duration(rapid.IntRange(0, 7200).Draw(rt, "pause")) * time.Second)
			for _, w := range windows(j, cursor, now) {
				require.False(rt, w.from.After(covered), "a hole before %v", w)
				require.False(rt, w.to.After(now.Add(-j.settle)), "a window that has not settled")
				require.True(rt, w.to.After(w.from))
				if j.aligned {
					require.Equal(rt, covered, w.from, "an aligned window twice")
					require.Zero(rt, w.from.UnixNano()%int64(j.every)-w.to.UnixNano()%int64(j.every))
				}
				covered, cursor = w.to, w.to
			}
		}
	})
}

func TestAHoleIsAskedForThreeTimesAtMost(t *testing.T) {
	h := coverage.Hole{From: noon, To: noon.Add(time.Hour)}
	var d tracked
	require.True(t, d.shouldAsk(h, noon))
	d.asked = []asked{{From: h.From, To: h.To, At: noon, Times: 1}}
	require.False(t, d.shouldAsk(h, noon.Add(time.Minute)))
	require.True(t, d.shouldAsk(h, noon.Add(16*time.Minute)))
	d.asked[0].Times = 2
	require.False(t, d.shouldAsk(h, noon.Add(16*time.Minute)))
	require.True(t, d.shouldAsk(h, noon.Add(3*time.Hour)))
	d.asked[0].Times = 3
	require.False(t, d.shouldAsk(h, noon.Add(100*time.Hour)))
	require.True(t, d.shouldAsk(coverage.Hole{From: noon, To: noon.Add(2 * time.Hour)}, noon), "another hole")
}

func TestDevicesAreGatheredForOneQuestion(t *testing.T) {
	q := locateQueue{asked: map[string]time.Time{}}
	q.add("1", 0)
	q.add("1", 0)
	q.add("2", time.Hour)
	require.Equal(t, []string{"1", "2"}, q.take())
	q.add("2", time.Hour)
	require.Empty(t, q.take(), "it was asked for a moment ago")
}

func TestDefinitionKeepsWhatTheListDoesNotSay(t *testing.T) {
	old := schema.Device{IMEI: "1", Name: "van", Timezone: "Europe/Berlin", VehicleClass: "van"}
	r := openapi.Row[openapi.Device]{IMEI: "1", Value: openapi.Device{Name: "bus", Model: "VL01"}}
	require.Equal(t, schema.Device{IMEI: "1", Name: "bus", Model: "VL01", Timezone: "Europe/Berlin", VehicleClass: "van", Account: "a"}, definition(old, "a", r))
	r.Value.VehicleIcon = "bus"
	require.Equal(t, "van", definition(old, "a", r).VehicleClass, "the icon is not what was set")
	require.Equal(t, "bus", definition(schema.Device{}, "a", r).VehicleClass)
}

func TestAccountsAreChecked(t *testing.T) {
	good := func() Account {
		return Account{Name: "a", URL: "https://eu-open.tracksolidpro.com/route/rest", AppKey: "k", AppSecret: "planted", User: "u", PasswordMD5: "planted-too"}
	}
	c := DefaultConfig()
	require.NoError(t, c.Validate(), "no account is a way to run")
	c.Accounts = []Account{good()}
	require.NoError(t, c.Validate())
	for want, spoil := range map[string]func(*Config){
		"no other account":      func(c *Config) { c.Accounts = append(c.Accounts, good()) },
		"plain http":            func(c *Config) { c.Accounts[0].URL = "http://open.10000track.com/route/rest" },
		"app_secret":            func(c *Config) { c.Accounts[0].AppSecret = "" },
		"auto, blanket":         func(c *Config) { c.TrackPoll = "sometimes" },
		"more than track_every": func(c *Config) { c.TrackBack = c.TrackEvery },
	} {
		c := DefaultConfig()
		c.Accounts = []Account{good()}
		spoil(&c)
		err := c.Validate()
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "planted")
	}
	c.Tracksolid = config.Tracksolid{TracksolidURL: "https://x/", TracksolidUser: "b", TracksolidAppKey: "k", TracksolidAppSecret: "s", TracksolidPasswordMD5: "p"}
	require.Len(t, c.All(), 2)
	require.NoError(t, c.Validate())
}

func TestDevicesAreSharedOutLikeRawRecords(t *testing.T) {
	seen := map[int32]int{}
	for i := range 1000 {
		p := polls.Partition("86000000000"+time.Duration(i).String(), 12)
		require.True(t, p >= 0 && p < 12)
		seen[p]++
	}
	require.Len(t, seen, 12)
}
