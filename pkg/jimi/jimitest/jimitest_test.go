package jimitest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

var start = time.Date(2026, 5, 4, 6, 0, 0, 0, time.UTC)

// caller calls a platform as a program of any maker might.
type caller struct {
	t     *testing.T
	p     *jimitest.Platform
	now   time.Time
	token string
}

func stage(t *testing.T, o jimitest.Options) *caller {
	c := &caller{t: t, now: start.Add(3 * time.Hour)}
	o.Start, o.Now = start, func() time.Time { return c.now }
	c.p = jimitest.New(o)
	return c
}

func (c *caller) params(method string, more map[string]string) map[string]string {
	a := c.p.Account()
	out := map[string]string{"method": method, "app_key": a.AppKey, "timestamp": c.now.Format(time.DateTime), "sign_method": "md5", "v": "1.0", "format": "json", "access_token": c.token}
	for k, v := range more {
		out[k] = v
	}
	out["sign"] = openapi.Sign(a.AppSecret, out)
	return out
}

// code sends a request and gives the code of its answer, and its rows.
func (c *caller) code(r *http.Request) (string, []map[string]any) {
	c.t.Helper()
	w := httptest.NewRecorder()
	c.p.ServeHTTP(w, r)
	require.Equal(c.t, http.StatusOK, w.Code, "errors come as 200, too")
	var e struct {
		Code   any             `json:"code"`
		Result json.RawMessage `json:"result"`
	}
	require.NoError(c.t, json.Unmarshal(w.Body.Bytes(), &e), w.Body.String())
	var rows []map[string]any
	_ = json.Unmarshal(e.Result, &rows)
	if rows == nil {
		var one map[string]any
		_ = json.Unmarshal(e.Result, &one)
		rows = append(rows, one)
	}
	return fmt.Sprint(e.Code), rows
}

func (c *caller) form(params map[string]string) *http.Request {
	form := url.Values{}
	for k, v := range params {
		form.Set(k, v)
	}
	r := httptest.NewRequest(http.MethodPost, "/route/rest", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (c *caller) call(method string, more map[string]string) (string, []map[string]any) {
	c.t.Helper()
	return c.code(c.form(c.params(method, more)))
}

func (c *caller) login() string {
	c.t.Helper()
	a := c.p.Account()
	code, rows := c.call(openapi.TokenGet.Name, map[string]string{"user_id": a.User, "user_pwd_md5": a.PasswordMD5, "expires_in": "7200"})
	if code == "0" {
		c.token = rows[0]["accessToken"].(string)
	}
	return code
}

func TestWhoMayCall(t *testing.T) {
	c := stage(t, jimitest.Options{})
	list := map[string]string{"target": "demo"}
	code, _ := c.call(openapi.DeviceList.Name, list)
	require.Equal(t, "1004", code, "no token")
	require.Equal(t, "0", c.login())
	code, rows := c.call(openapi.DeviceList.Name, list)
	require.Equal(t, "0", code)
	require.Len(t, rows, 10)

	wrong := c.params(openapi.DeviceList.Name, list)
	wrong["sign"] = "00000000000000000000000000000000"
	code, _ = c.code(c.form(wrong))
	require.Equal(t, "1001", code, "a wrong signature")
	wrong["v"] = "0.9"
	code, _ = c.code(c.form(wrong))
	require.Equal(t, "0", code, "0.9 is not signed")

	late := c.params(openapi.DeviceList.Name, map[string]string{"target": "demo", "timestamp": c.now.Add(-11 * time.Minute).Format(time.DateTime)})
	code, _ = c.code(c.form(late))
	require.Equal(t, "1001", code, "a clock that is off")

	query := url.Values{}
	for k, v := range c.params(openapi.DeviceList.Name, list) {
		query.Set(k, v)
	}
	code, _ = c.code(httptest.NewRequest(http.MethodGet, "/route/rest?"+query.Encode(), nil))
	require.Equal(t, "0", code, "GET")
	b, err := json.Marshal(c.params(openapi.DeviceList.Name, list))
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodPost, "/route/rest", bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	code, _ = c.code(r)
	require.Equal(t, "0", code, "JSON")
}

func TestTokensEndEachOther(t *testing.T) {
	c := stage(t, jimitest.Options{TokenLife: 10 * time.Minute})
	require.Equal(t, "0", c.login())
	first := c.token
	require.Equal(t, "1006", c.login(), "within a minute")
	c.now = c.now.Add(2 * time.Minute)
	require.Equal(t, "0", c.login())
	second := c.token
	c.token = first
	code, _ := c.call(openapi.DeviceList.Name, map[string]string{"target": "demo"})
	require.Equal(t, "1004", code)
	require.Equal(t, 1, c.p.Stats().EndedWhileValid)
	require.Equal(t, 1, c.p.Stats().UsedAfterItsEnd)
	c.token = second
	c.now = c.now.Add(11 * time.Minute)
	code, _ = c.call(openapi.DeviceList.Name, map[string]string{"target": "demo"})
	require.Equal(t, "1004", code, "its time is over")
}

func TestLimits(t *testing.T) {
	c := stage(t, jimitest.Options{Devices: 120})
	require.Equal(t, "0", c.login())
	imei := c.p.IMEIs()[0]
	for want, call := range map[string][]string{
		"220":  {openapi.LocationGet.Name, "imeis", strings.Join(c.p.IMEIs()[:51], ",")},
		"1002": {openapi.DeviceDetail.Name, "imei", "999"},
		"1007": {"jimi.no.such", "imei", imei},
		"1001": {openapi.TrackList.Name, "imei", imei, "begin_time", "2026-05-01 00:00:00", "end_time", "2026-05-09 00:00:00"},
	} {
		more := map[string]string{}
		for i := 1; i < len(call); i += 2 {
			more[call[i]] = call[i+1]
		}
		code, _ := c.call(call[0], more)
		require.Equal(t, want, code, call)
	}
	span := map[string]string{"imeis": imei, "begin_time": "2026-05-04 06:00:00", "end_time": "2026-05-04 09:00:00", "page_size": "101"}
	code, _ := c.call(openapi.AlarmList.Name, span)
	require.Equal(t, "1001", code, "a page of more than 100")
	span["page_size"] = "2"
	code, rows := c.call(openapi.AlarmList.Name, span)
	require.Equal(t, "0", code)
	require.Len(t, rows, 2)

	c = stage(t, jimitest.Options{CallsPerMinute: 3})
	require.Equal(t, "0", c.login())
	for _, want := range []string{"0", "0", "1006"} {
		code, _ = c.call(openapi.DeviceList.Name, map[string]string{"target": "demo"})
		require.Equal(t, want, code)
	}
}

func TestASweepLeavesDevicesOut(t *testing.T) {
	c := stage(t, jimitest.Options{Devices: 100, LeaveOut: 0.25})
	require.Equal(t, "0", c.login())
	_, rows := c.call(openapi.LocationList.Name, map[string]string{"target": "demo"})
	require.InDelta(t, 75, len(rows), 20)
	require.Equal(t, 100-len(rows), c.p.Stats().LeftOut)
}

// The same fix comes by the push, the fleet poll and the track poll, to the
// second and to the last digit; the same seed gives the same fleet.
func TestOneTruth(t *testing.T) {
	c := stage(t, jimitest.Options{Seed: 8, Devices: 4})
	require.Equal(t, "0", c.login())
	other := jimitest.New(jimitest.Options{Seed: 8, Devices: 4, Start: start})
	require.NotEqual(t, c.p.IMEIs(), jimitest.New(jimitest.Options{Seed: 9, Devices: 4, Start: start}).IMEIs())
	for _, imei := range c.p.IMEIs() {
		truth := c.p.Truth(imei, start, c.now)
		require.Greater(t, len(truth), 100)
		require.Equal(t, truth, other.Truth(imei, start, c.now))
		require.Equal(t, truth[50:60], c.p.Truth(imei, truth[50].Time, truth[59].Time), "any stretch is the same stretch")
		_, track := c.call(openapi.TrackList.Name, map[string]string{"imei": imei, "begin_time": start.Format(time.DateTime), "end_time": c.now.Format(time.DateTime)})
		require.Len(t, track, len(truth))
		for i, p := range truth {
			require.Equal(t, p.Time.Format(time.DateTime), track[i]["gpsTime"])
			require.Equal(t, []any{p.Lat, p.Lng}, []any{track[i]["lat"], track[i]["lng"]})
		}
		_, at := c.call(openapi.LocationGet.Name, map[string]string{"imeis": imei})
		last := truth[len(truth)-1]
		require.Equal(t, []any{last.Lat, last.Lng, last.Time.Format(time.DateTime)}, []any{at[0]["lat"], at[0]["lng"], at[0]["gpsTime"]})
	}
}

// receiver takes pushes as a collector does, and decodes each item.
type receiver struct {
	mu    sync.Mutex
	items map[string][]json.RawMessage // by kind
	wrong []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	_ = req.ParseForm()
	path, list := req.URL.Path, []byte(req.PostForm.Get("data_list"))
	var kind string
	switch {
	case strings.HasSuffix(path, "/openapi"):
		kind, list = "openapi."+req.PostForm.Get("msgType"), []byte("["+req.PostForm.Get("data")+"]")
	case strings.HasSuffix(path, "/api/v1/tag/data/push"):
		kind = "tag.data"
		var b bytes.Buffer
		_, _ = b.ReadFrom(req.Body)
		list = b.Bytes()
	default:
		k, _ := jimi.LookupPath(path)
		kind = k.Name
	}
	var items []json.RawMessage
	_ = json.Unmarshal(list, &items)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, item := range items {
		r.items[kind] = append(r.items[kind], item)
		imei, _ := jimi.IMEI(item)
		raw := jimi.Raw{Kind: kind, IMEI: imei, Value: item, Headers: schema.RawHeaders{Kind: kind, Source: schema.SourcePush, Received: time.Now().Add(24 * time.Hour)}}
		k, known := jimi.LookupKind(kind)
		var err error
		if k.Class == jimi.ClassFix {
			var fix schema.Fix
			err = jimi.DecodeFix(&fix, &raw)
		} else {
			_, _, err = jimi.Decode(nil, k, &raw)
		}
		if err != nil || !known {
			r.wrong = append(r.wrong, fmt.Sprintf("%s: %v: %s", kind, err, item))
		}
	}
	_, _ = w.Write([]byte(`{"code":0,"msg":"success"}`))
}

func TestPushInThreeWays(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	p := jimitest.New(jimitest.Options{Seed: 2, Devices: 5, Start: now.Add(-3 * time.Hour)})
	cutFrom, cutTo := now.Add(-50*time.Minute), now.Add(-30*time.Minute)
	p.CutPush(cutFrom, cutTo)
	r := &receiver{items: map[string][]json.RawMessage{}}
	server := httptest.NewServer(r)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	accepted := 0
	report, err := p.Push(ctx, jimitest.PushOptions{
		URL: server.URL, Token: "t", Since: now.Add(-2 * time.Hour), OpenAPI: true, Tag: true, Duplicates: 0.1, Disorder: 0.1, Late: 0.05, Drift: 0.2, Jumps: 0.01,
		OnAccepted: func(n int) { accepted += n },
	})
	require.NoError(t, err)
	require.Equal(t, report.Items, accepted)
	require.Empty(t, r.wrong)
	for _, kind := range []string{"pushevent", "pushhb", "pushgps", "pushalarm", "pushobd", "pushoil", "pushtem", "rfid", "openapi.jimi.push.device.alarm", "tag.data"} {
		require.NotEmpty(t, r.items[kind], kind)
	}
	times := map[string]int{}
	again := 0
	for _, item := range r.items["pushgps"] {
		var f struct {
			IMEI string `json:"deviceImei"`
			Time string `json:"gpsTime"`
			Mode int    `json:"gpsMode"`
		}
		require.NoError(t, json.Unmarshal(item, &f))
		times[f.IMEI+f.Time]++
		again += f.Mode
		at, err := time.Parse(time.DateTime, f.Time)
		require.NoError(t, err)
		require.False(t, at.After(cutFrom) && at.Before(cutTo), "pushed though the push was cut: "+f.Time)
	}
	twice := 0
	for _, n := range times {
		if n > 1 {
			twice++
		}
	}
	require.Greater(t, twice, len(times)/20, "some twice")
	require.Positive(t, again, "some as a re-upload")
	require.Positive(t, p.Stats().NotPushed)
	require.InDelta(t, len(r.items["pushgps"]), p.Stats().Pushed["/pushgps"], 50, "but for a request that the end cut off")
}

func TestTripsVisitsAndAlarmsAgreeWithTheFixes(t *testing.T) {
	c := stage(t, jimitest.Options{Seed: 5, Devices: 3})
	for _, imei := range c.p.IMEIs() {
		for _, trip := range c.p.Trips(imei, start, c.now) {
			if trip.Start.Before(start) || trip.End.After(c.now) {
				continue
			}
			idle := c.p.Manoeuvres(imei, trip.Start, trip.End)
			idle = slices.DeleteFunc(idle, func(m jimitest.Manoeuvre) bool { return m.Kind != jimitest.Idling })
			for _, f := range c.p.Truth(imei, trip.Start.Add(time.Second), trip.End.Add(-time.Second)) {
				require.True(t, f.ACC, "driving with the ignition on")
				if slices.ContainsFunc(idle, func(m jimitest.Manoeuvre) bool { return !f.Time.Before(m.Start) && !f.Time.After(m.End) }) {
					require.Zero(t, f.SpeedKMH)
					continue
				}
				require.Positive(t, f.SpeedKMH)
			}
		}
		at := c.p.Truth(imei, start, c.now)[40]
		visits := c.p.Visits(imei, at.Lat, at.Lng, 300, start, c.now)
		require.NotEmpty(t, visits)
		for _, f := range c.p.Alarms(imei, start, c.now) {
			_, err := strconv.Atoi(f.Code)
			require.NoError(t, err)
		}
	}
}

func BenchmarkTruth(b *testing.B) {
	p := jimitest.New(jimitest.Options{Devices: 100, Start: start})
	for b.Loop() {
		for _, imei := range p.IMEIs() {
			p.Truth(imei, start, start.Add(24*time.Hour))
		}
	}
}
