// Package jimitest is the simulated platform, as net/http/httptest is to
// net/http: an http.Handler that answers every method of the Open API as the
// real one does, and a fleet with ground truth that pushes to a collector.
//
//	p := jimitest.New(jimitest.Options{Seed: 1, Devices: 20, Start: start, Now: clock})
//	server := httptest.NewServer(p)
//	go p.Push(ctx, jimitest.PushOptions{URL: collector, Token: token})
//	p.CutPush(from, to) // what is due then is never pushed; the API has it
//	want := p.Truth(imei, from, to)
//
// It behaves as the platform was found to behave, not as it is documented:
// signatures and their error codes, tokens that end each other, limits of rate,
// range and page, HTTP 200 for every error, numbers as strings, rows in three
// places, devices that a sweep leaves out.
package jimitest

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/odograph/odograph/pkg/jimi/openapi"
)

// Options say what is simulated. The zero value is ten vehicles from now on.
type Options struct {
	Seed           int64
	Devices        int
	Start          time.Time        // ground truth begins here
	Now            func() time.Time // the platform's clock
	Accounts       []Account        // the devices are shared out among them
	FixEvery       time.Duration    // between two fixes on the move
	TokenLife      time.Duration
	CallsPerMinute int                        // more are refused with 1006; 0: no limit
	DailyQuota     int                        // more are refused with 1006 and the quota's text; 0: no limit
	LeaveOut       float64                    // share of the devices that each sweep leaves out
	Slow           func(string) time.Duration // how long a method takes
	Messy          bool                       // answers in all shapes that occur, at random
	TokenGetEvery  time.Duration              // token.get sooner is refused with 1006; 0: one minute
}

// An Account is one account of the platform.
type Account struct {
	Name, AppKey, AppSecret, User, PasswordMD5, Target string
}

// A Platform is the simulated platform. Its methods may be called at the same
// time.
type Platform struct {
	o        Options
	accounts []Account
	vehicles []*vehicle
	byIMEI   map[string]*vehicle
	ownerOf  map[string]string // IMEI -> user

	mu      sync.Mutex
	random  *rand.Rand
	tokens  map[string]*token // by access token
	live    map[string]*token // by app key and user: the one that holds
	stats   Stats
	asks    []Ask
	recent  []time.Time // calls of the last minute
	quota   map[string]int
	cuts    []cut
	state   state
	counter int
}

// A token is one that was given out.
type token struct {
	access, refresh string
	account         Account
	fetched         time.Time
	expires         time.Time
	ended           bool // by a newer one
}

type cut struct {
	imei     string // empty: all
	from, to time.Time
}

// Stats count what happened.
type Stats struct {
	Calls           map[string]int // by method
	Refused         map[string]int // by code
	Tokens          int            // given out
	EndedWhileValid int            // tokens that a newer one ended before their time
	Holders         []string       // User-Agents that were given a token
	UsedAfterItsEnd int            // calls with a token that a newer one had ended
	LeftOut         int            // rows left out of sweeps
	Pushed          map[string]int // items by path
	PushRefused     int            // requests that the receiver did not take
	NotPushed       int            // items that were due during a cut
}

// New makes a platform.
func New(o Options) *Platform {
	if o.Devices == 0 {
		o.Devices = 10
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Start.IsZero() {
		o.Start = o.Now()
	}
	o.Start = o.Start.UTC().Truncate(time.Second)
	if o.FixEvery == 0 {
		o.FixEvery = 10 * time.Second
	}
	if o.TokenLife == 0 {
		o.TokenLife = 2 * time.Hour
	}
	if o.TokenGetEvery == 0 {
		o.TokenGetEvery = time.Minute
	}
	if len(o.Accounts) == 0 {
		o.Accounts = []Account{{ //nolint:gosec // credentials of nobody
			Name: "demo", AppKey: "8FB345B8693CCD00B9A1C3E5D70F2A44", AppSecret: "simulated-app-secret-not-for-use",
			User: "demo", PasswordMD5: "5f4dcc3b5aa765d61d8327deb882cf99", Target: "demo",
		}}
	}
	p := &Platform{
		o: o, accounts: o.Accounts, byIMEI: map[string]*vehicle{}, ownerOf: map[string]string{},
		random: rand.New(rand.NewPCG(uint64(o.Seed), 7)),
		tokens: map[string]*token{}, live: map[string]*token{}, quota: map[string]int{}, state: newState(),
		stats: Stats{Calls: map[string]int{}, Refused: map[string]int{}, Pushed: map[string]int{}},
	}
	for n := range o.Devices {
		v := newVehicle(o.Seed, n, o.Start, o.FixEvery)
		p.vehicles = append(p.vehicles, v)
		p.byIMEI[v.imei] = v
		p.ownerOf[v.imei] = p.accounts[n%len(p.accounts)].User
	}
	return p
}

// Account is the first account.
func (p *Platform) Account() Account { return p.accounts[0] }

// Accounts are all accounts.
func (p *Platform) Accounts() []Account { return slices.Clone(p.accounts) }

// IMEIs are all devices.
func (p *Platform) IMEIs() []string {
	out := make([]string, len(p.vehicles))
	for i, v := range p.vehicles {
		out[i] = v.imei
	}
	return out
}

// Truth are the true fixes of a device from one time to another, both included.
func (p *Platform) Truth(imei string, from, to time.Time) []Point {
	if v := p.byIMEI[imei]; v != nil {
		return v.fixes(from, to)
	}
	return nil
}

// Trips are the true drives that touch a time.
func (p *Platform) Trips(imei string, from, to time.Time) []Trip {
	if v := p.byIMEI[imei]; v != nil {
		return v.trips(from, to)
	}
	return nil
}

// Visits are the true stays of a device inside a circle.
func (p *Platform) Visits(imei string, lat, lng, radiusM float64, from, to time.Time) []Visit {
	if v := p.byIMEI[imei]; v != nil {
		return v.visits(lat, lng, radiusM, from, to)
	}
	return nil
}

// Alarms are the true alarms of a time.
func (p *Platform) Alarms(imei string, from, to time.Time) []Alarm {
	if v := p.byIMEI[imei]; v != nil {
		return v.alarms(from, to)
	}
	return nil
}

// Manoeuvres are what the driver of a device truly did from one time to another,
// whole in it, in the order of their beginnings.
func (p *Platform) Manoeuvres(imei string, from, to time.Time) []Manoeuvre {
	if v := p.byIMEI[imei]; v != nil {
		return v.manoeuvres(from, to)
	}
	return nil
}

// Conditions are what truly happened to a vehicle from one time to another,
// whole in it.
func (p *Platform) Conditions(imei string, from, to time.Time) []Condition {
	if v := p.byIMEI[imei]; v != nil {
		return v.conditions(from, to)
	}
	return nil
}

// RaisesAlarms tells whether a device raises alarms of harsh manoeuvres and of
// speeding.
func (p *Platform) RaisesAlarms(imei string) bool {
	v := p.byIMEI[imei]
	return v != nil && v.raises
}

// CutPush makes an outage of the push: what is due from one time to another is
// never pushed. The polled methods have it.
func (p *Platform) CutPush(from, to time.Time) { p.CutDevice("", from, to) }

// CutDevice is CutPush for one device.
func (p *Platform) CutDevice(imei string, from, to time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cuts = append(p.cuts, cut{imei, from, to})
}

func (p *Platform) cutAt(imei string, t time.Time) bool {
	for _, c := range p.cuts {
		if (c.imei == "" || c.imei == imei) && !t.Before(c.from) && !t.After(c.to) {
			return true
		}
	}
	return false
}

// Stats are the counts so far.
func (p *Platform) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Calls, s.Refused, s.Pushed = maps.Clone(s.Calls), maps.Clone(s.Refused), maps.Clone(s.Pushed)
	s.Holders = slices.Clone(s.Holders)
	return s
}

// An Ask is one question that was answered.
type Ask struct {
	At       time.Time // by the platform's clock
	Method   string
	IMEIs    []string
	From, To time.Time // of those that are about a time
	Agent    string    // User-Agent of who asked
}

// Asks are all questions that were answered so far, in order.
func (p *Platform) Asks() []Ask {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asks)
}

// A refusal is an answer with a code other than 0.
type refusal struct {
	code    int
	message string
}

const (
	codeParameter = 1001
	codeForeign   = 1002
	codeToken     = 1004
	codeRate      = 1006
	codeMethod    = 1007
	quotaText     = "Daily API quota exceeded"
)

// ServeHTTP answers a call: a form, a query or JSON (A6).
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	params, ok := readParams(r)
	if !ok {
		p.answer(w, nil, nil, &refusal{codeParameter, "Parameter validation"})
		return
	}
	method := params["method"]
	if p.o.Slow != nil {
		select {
		case <-time.After(p.o.Slow(method)):
		case <-r.Context().Done():
			return
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Calls[method]++
	account, refused := p.admit(params, r.UserAgent())
	if refused != nil {
		p.answer(w, nil, nil, refused)
		return
	}
	result, data, refused := p.call(account, method, params)
	p.answer(w, result, data, refused)
}

func readParams(r *http.Request) (map[string]string, bool) {
	out := map[string]string{}
	take := func(values url.Values) {
		for name, v := range values {
			out[name] = v[0]
		}
	}
	take(r.URL.Query())
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		var members map[string]any
		if err := json.NewDecoder(r.Body).Decode(&members); err != nil {
			return nil, false
		}
		for name, v := range members {
			if s, ok := v.(string); ok {
				out[name] = s
			} else {
				b, _ := json.Marshal(v)
				out[name] = string(b)
			}
		}
		return out, true
	}
	if err := r.ParseForm(); err != nil {
		return nil, false
	}
	take(r.PostForm)
	return out, true
}

const clockTolerance = 10 * time.Minute

// agentParam is the name under which a call's User-Agent goes with its
// parameters; no call can send it.
const agentParam = "\x00agent"

// admit checks who calls: signature, clock, rate, token.
func (p *Platform) admit(params map[string]string, agent string) (Account, *refusal) {
	now := p.o.Now()
	i := slices.IndexFunc(p.accounts, func(a Account) bool { return a.AppKey == params["app_key"] })
	if i < 0 {
		return Account{}, &refusal{codeToken, "illegal app_key"}
	}
	account := p.accounts[i]
	if params["v"] != "0.9" && params["sign"] != openapi.Sign(account.AppSecret, params) { // 0.9 is not signed (A5)
		return account, &refusal{codeParameter, "sign error"}
	}
	at, err := time.Parse(time.DateTime, params["timestamp"])
	if err != nil || at.Sub(now).Abs() > clockTolerance {
		return account, &refusal{codeParameter, "timestamp error"}
	}
	if refused := p.limit(account, now); refused != nil {
		return account, refused
	}
	params[agentParam] = agent
	if params["method"] == openapi.TokenGet.Name {
		return account, nil
	}
	t := p.tokens[params["access_token"]]
	switch {
	case t == nil:
		return account, &refusal{codeToken, "Token does not exist"}
	case t.ended:
		p.stats.UsedAfterItsEnd++
		return account, &refusal{codeToken, "Token has expired"}
	case !now.Before(t.expires):
		return account, &refusal{codeToken, "Token has expired"}
	}
	return t.account, nil
}

func (p *Platform) limit(a Account, now time.Time) *refusal {
	day := a.AppKey + now.UTC().Format(time.DateOnly)
	if p.o.DailyQuota > 0 && p.quota[day] >= p.o.DailyQuota {
		return &refusal{codeRate, quotaText}
	}
	p.quota[day]++
	if p.o.CallsPerMinute == 0 {
		return nil
	}
	p.recent = slices.DeleteFunc(p.recent, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if len(p.recent) >= p.o.CallsPerMinute {
		return &refusal{codeRate, "Request too frequent"}
	}
	p.recent = append(p.recent, now)
	return nil
}

// Tokens are all access tokens that were given out: secrets to search for.
func (p *Platform) Tokens() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.tokens))
}
