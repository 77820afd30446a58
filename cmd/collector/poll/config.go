// Package poll asks the platform for what its pushes do not bring: the
// positions of whole fleets, tracks, alarms, reports and the list of devices,
// and above all for exactly those fixes that a device's stream lacks.
//
// The devices are shared out among all collectors by a consumer group over the
// enriched topics: who owns a partition polls its devices, and sees in the same
// partition which of their fixes have arrived. Who owns the partition of an
// account's name has the duties of the account: its token, the fleet poll and
// the device list. What is asked and how far each poll has come is in the
// ledger (package polls), so that another collector goes on where one stopped.
package poll

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/jimi/openapi"
)

// Config holds the settings of polling.
type Config struct {
	config.Tracksolid `koanf:",squash"`
	Accounts          []Account `koanf:"accounts" usage:"further accounts, in the file only: name, url, app_key, app_secret, user, password_md5, target"`

	FleetPoll    time.Duration `koanf:"fleet_poll" usage:"how often the latest positions of a whole account are asked for (0: never)"`
	TrackPoll    string        `koanf:"track_poll" usage:"tracks: auto (all of devices that do not push, the holes of those that do), blanket (all of all), gaps (holes only) or off"`
	TrackEvery   time.Duration `koanf:"track_every" usage:"how often the track of a device is asked for"`
	TrackBack    time.Duration `koanf:"track_back" usage:"how far a track poll looks back"`
	AlarmPoll    time.Duration `koanf:"alarm_poll" usage:"how often alarms are asked for (0: never)"`
	OBDPoll      time.Duration `koanf:"obd_poll" usage:"how often OBD readings and fault codes are asked for (0: never)"`
	ReportPoll   time.Duration `koanf:"report_poll" usage:"length of the windows of the mileage, parking and trip reports (0: never)"`
	DevicePoll   time.Duration `koanf:"device_poll" usage:"how often the list of devices is asked for"`
	GapEvery     time.Duration `koanf:"gap_every" usage:"how often streams are searched for holes"`
	GapGrace     time.Duration `koanf:"gap_grace" usage:"how long a hole may fill itself before the platform is asked"`
	StaleAfter   time.Duration `koanf:"stale_after" usage:"how often a device that the fleet poll leaves out is asked for by itself"`
	PollJitter   float64       `koanf:"poll_jitter" usage:"share of an interval by which polls are spread, 0 to 0.5"`
	PollSession  time.Duration `koanf:"poll_session" usage:"how long a collector may be silent before another one takes over its devices"`
	PollParallel int           `koanf:"poll_parallel" usage:"calls of one account at the same time"`
	PollRate     int           `koanf:"poll_rate" usage:"calls a minute to one account"`
}

// An Account is one account on the platform.
type Account struct {
	Name        string        `koanf:"name"`
	URL         string        `koanf:"url"`
	AppKey      string        `koanf:"app_key"`
	AppSecret   config.Secret `koanf:"app_secret"`
	User        string        `koanf:"user"`
	PasswordMD5 config.Secret `koanf:"password_md5"`
	Target      string        `koanf:"target"`
	AllowHTTP   bool          `koanf:"allow_http"`
}

// DefaultConfig has the intervals of the reference; report windows are days.
func DefaultConfig() Config {
	return Config{
		FleetPoll: time.Minute, TrackPoll: trackAuto, TrackEvery: 30 * time.Minute, TrackBack: 35 * time.Minute,
		AlarmPoll: 5 * time.Minute, OBDPoll: 15 * time.Minute, ReportPoll: 24 * time.Hour, DevicePoll: 15 * time.Minute,
		GapEvery: 30 * time.Second, GapGrace: 3 * time.Minute, StaleAfter: 15 * time.Minute,
		PollJitter: 0.1, PollSession: 20 * time.Second, PollParallel: 4, PollRate: 60,
	}
}

const (
	trackAuto    = "auto"
	trackBlanket = "blanket"
	trackGaps    = "gaps"
	trackOff     = "off"
)

// Validate names every wrong value.
func (c *Config) Validate() error {
	var errs []error
	check := func(ok bool, key string, value any, want string) {
		if !ok {
			errs = append(errs, config.Invalid(key, value, want))
		}
	}
	check(slices.Contains([]string{trackAuto, trackBlanket, trackGaps, trackOff}, c.TrackPoll), "track_poll", c.TrackPoll, "auto, blanket, gaps or off")
	for _, d := range []struct {
		key   string
		value time.Duration
	}{{"fleet_poll", c.FleetPoll}, {"alarm_poll", c.AlarmPoll}, {"obd_poll", c.OBDPoll}, {"report_poll", c.ReportPoll}} {
		check(d.value == 0 || d.value >= time.Second, d.key, d.value, "0 or at least 1s")
	}
	for _, d := range []struct {
		key   string
		value time.Duration
	}{
		{"track_every", c.TrackEvery}, {"device_poll", c.DevicePoll}, {"gap_every", c.GapEvery},
		{"gap_grace", c.GapGrace}, {"stale_after", c.StaleAfter}, {"poll_session", c.PollSession},
	} {
		check(d.value >= time.Second, d.key, d.value, "at least 1s")
	}
	check(c.TrackBack > c.TrackEvery, "track_back", c.TrackBack, "more than track_every, so that no fix lies between two windows")
	check(c.PollJitter >= 0 && c.PollJitter <= 0.5, "poll_jitter", c.PollJitter, "0 to 0.5")
	check(c.PollParallel >= 1, "poll_parallel", c.PollParallel, "1 or more")
	check(c.PollRate >= 1, "poll_rate", c.PollRate, "1 or more")
	names := map[string]bool{}
	for _, a := range c.All() {
		errs = append(errs, a.validate(names))
	}
	return errors.Join(errs...)
}

func (a *Account) validate(names map[string]bool) error {
	wrong := func(key, want string) error {
		return fmt.Errorf("account %s: %s: want %s", a.Name, key, want)
	}
	var errs []error
	if a.Name == "" || names[a.Name] {
		errs = append(errs, wrong("name", "a name that no other account has"))
	}
	names[a.Name] = true
	u, err := url.Parse(a.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http":
		errs = append(errs, wrong("url", "an address such as https://eu-open.tracksolidpro.com/route/rest"))
	case u.Scheme == "http" && !a.AllowHTTP:
		errs = append(errs, wrong("url", "https; plain http shows every token to the network (allow_http permits it)"))
	}
	for key, value := range map[string]string{
		"app_key": a.AppKey, "app_secret": a.AppSecret.Reveal(), "user": a.User, "password_md5": a.PasswordMD5.Reveal(),
	} {
		if value == "" {
			errs = append(errs, wrong(key, "a text that is not empty"))
		}
	}
	return errors.Join(errs...)
}

// All are all accounts: that of the tracksolid_ settings, and the file's.
func (c *Config) All() []Account {
	var out []Account
	if t := &c.Tracksolid; t.TracksolidURL != "" {
		out = append(out, Account{
			Name: t.TracksolidUser, URL: t.TracksolidURL, AppKey: t.TracksolidAppKey, AppSecret: t.TracksolidAppSecret,
			User: t.TracksolidUser, PasswordMD5: t.TracksolidPasswordMD5, Target: t.TracksolidTarget, AllowHTTP: t.TracksolidAllowHTTP,
		})
	}
	return append(out, c.Accounts...)
}

func (c *Config) openapi(a *Account) openapi.Account {
	target := a.Target
	if target == "" {
		target = a.User
	}
	return openapi.Account{
		Name: a.Name, URL: a.URL, AppKey: a.AppKey, AppSecret: a.AppSecret.Reveal(), User: a.User,
		PasswordMD5: a.PasswordMD5.Reveal(), Target: target, AllowHTTP: a.AllowHTTP, CallsPerMinute: c.PollRate,
	}
}
