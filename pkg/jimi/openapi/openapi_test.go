package openapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/pkg/jimi/openapi"
)

var start = time.Date(2026, 5, 4, 6, 0, 0, 0, time.UTC)

// clock is one that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

func quick() backoff.BackOff { return backoff.NewConstantBackOff(time.Millisecond) }

type scene struct {
	platform *jimitest.Platform
	server   *httptest.Server
	clock    *clock
	client   *openapi.Client
	logs     *bytes.Buffer
}

func account(p *jimitest.Platform, url string) openapi.Account {
	a := p.Account()
	return openapi.Account{
		Name: "test", URL: url, AppKey: a.AppKey, AppSecret: a.AppSecret, User: a.User, PasswordMD5: a.PasswordMD5,
		AllowHTTP: true, CallsPerMinute: 60_000,
	}
}

func stage(t *testing.T, o jimitest.Options) *scene {
	t.Helper()
	s := &scene{clock: &clock{t: start.Add(6 * time.Hour)}, logs: &bytes.Buffer{}}
	o.Start, o.Now = start, s.clock.now
	if o.Devices == 0 {
		o.Devices = 3
	}
	s.platform = jimitest.New(o)
	s.server = httptest.NewServer(s.platform)
	t.Cleanup(s.server.Close)
	s.client = s.newClient(t, openapi.Options{})
	return s
}

func (s *scene) newClient(t *testing.T, o openapi.Options) *openapi.Client {
	t.Helper()
	o.Now, o.Backoff = s.clock.now, quick
	o.Log = slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c, err := openapi.NewClient(account(s.platform, s.server.URL), o)
	require.NoError(t, err)
	return c
}

func rows[P, R any](t *testing.T, s *scene, m *openapi.Method[P, R], p P) []openapi.Row[R] {
	t.Helper()
	var out []openapi.Row[R]
	require.NoError(t, openapi.Each(t.Context(), s.client, m, p, func(r openapi.Row[R]) error {
		out = append(out, r)
		return r.Err
	}))
	return out
}

// The vendor's own example of a signature.
func TestSignOfficialVector(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(dataDir(), "tracksolid_samples/poll/_sign__official-string.json"))
	if os.IsNotExist(err) && os.Getenv("ODOGRAPH_DATA") == "" {
		t.Skip("the samples are not here")
	}
	require.NoError(t, err)
	var v struct {
		Secret string            `json:"secret"`
		Params map[string]string `json:"params"`
		Sign   string            `json:"sign"`
	}
	require.NoError(t, json.Unmarshal(b, &v))
	require.Equal(t, v.Sign, openapi.Sign(v.Secret, v.Params))
	v.Params["sign"], v.Params["nothing"] = "x", ""
	require.Equal(t, v.Sign, openapi.Sign(v.Secret, v.Params), "empty values and sign itself do not count")
}

func dataDir() string {
	if dir := os.Getenv("ODOGRAPH_DATA"); dir != "" {
		return dir
	}
	return "../../../../shared/data"
}

// example gives a value to each parameter of a method.
func example(p openapi.Param, imei string) string {
	switch {
	case p.Name == "imei" || p.Name == "imeis" || p.Name == "imei_list":
		return imei
	case p.Name == "target" || p.Name == "account":
		return "demo"
	case p.Name == "acc_type":
		return "off"
	case p.Name == "inst_param_json":
		return `{"inst_id":"416"}`
	case p.Name == "group_id" || p.Name == "fence_id":
		return p.Name // replaced by one that is there
	case p.Type == "time" && (strings.HasPrefix(p.Name, "begin") || strings.HasPrefix(p.Name, "start")):
		return "2026-05-04 06:30:00"
	case p.Type == "time":
		return "2026-05-04T11:30:00Z"
	case p.Type == "number":
		return "3"
	case p.Type == "switch":
		return "true"
	}
	return "x"
}

// TestEveryMethod calls each method by its name against the simulated platform.
func TestEveryMethod(t *testing.T) {
	for _, messy := range []bool{false, true} {
		s := stage(t, jimitest.Options{Seed: 3, Messy: messy, TokenGetEvery: time.Nanosecond})
		imei := s.platform.IMEIs()[0]
		known := map[string]string{"group_id": "", "fence_id": ""}
		seen := map[string]bool{}
		for _, m := range openapi.Methods {
			info := m.Info()
			require.False(t, seen[info.Name], info.Name)
			seen[info.Name] = true
			require.NotEmpty(t, info.Ref, info.Name)
			require.NotEmpty(t, info.Does, info.Name)
			if strings.HasPrefix(info.Name, "jimi.oauth") {
				continue // the client's own
			}
			params := map[string]string{}
			for _, p := range info.Params {
				params[p.Name] = example(p, imei)
			}
			for name, id := range known {
				if _, ok := params[name]; ok {
					params[name] = id
					if id == "" || strings.HasSuffix(info.Name, "group.delete") || strings.HasSuffix(info.Name, "fence.delete") && strings.Contains(info.Name, "platform") {
						params[name] = again(t, s, name)
					}
				}
			}
			if info.Name == openapi.ExpirationUpdate.Name {
				params["new_expiration"] = "2030-01-01 00:00:00"
			}
			if info.Name == openapi.DeviceMove.Name {
				continue // would take the device away, see TestDeviceMove
			}
			if info.Name == openapi.HistoryListGet.Name {
				params["instructionId"] = "x"
				err := m.CallByName(t.Context(), s.client, params, func(json.RawMessage) error { return nil })
				require.Equal(t, openapi.ClassTransient, openapi.ClassOf(err), "the list is not there yet: %v", err)
			}
			n := 0
			err := m.CallByName(t.Context(), s.client, params, func(row json.RawMessage) error {
				n++
				require.True(t, json.Valid(row))
				return nil
			})
			require.NoError(t, err, "%s %v", info.Name, params)
			if !info.Mutates && !strings.Contains(info.Name, "duration") && !strings.Contains(info.Name, "child") && !strings.Contains(info.Name, "instruction.result") && !strings.Contains(info.Name, "obd.fault") {
				require.Positive(t, n, "%s gives no row", info.Name)
			}
			// What a method needs is asked for before anything is sent.
			for _, p := range info.Params {
				if p.Required {
					without := maps.Clone(params)
					delete(without, p.Name)
					before := s.client.CallsMade()[info.Name]
					err := m.CallByName(t.Context(), s.client, without, func(json.RawMessage) error { return nil })
					require.Equal(t, openapi.ClassParameter, openapi.ClassOf(err), "%s without %s", info.Name, p.Name)
					require.Contains(t, err.Error(), p.Name)
					require.Equal(t, before, s.client.CallsMade()[info.Name])
				}
			}
		}
		require.GreaterOrEqual(t, len(seen), 41+2+16)
		require.Zero(t, s.platform.Stats().Refused["1007"])
	}
}

// again makes a group or a fence.
func again(t *testing.T, s *scene, name string) string {
	if name == "group_id" {
		g, err := openapi.Call(t.Context(), s.client, &openapi.GroupCreate, openapi.GroupCreateParams{Name: "g"})
		require.NoError(t, err)
		return string(g.ID)
	}
	s.clock.add(time.Second)
	id, err := openapi.Call(t.Context(), s.client, &openapi.FenceCreate, openapi.PlatformFenceParams{Name: fmt.Sprint(s.clock.now()), Type: "circle", Geometry: "52.5,13.4", RadiusM: 300})
	require.NoError(t, err)
	return string(id)
}

func TestDeviceMove(t *testing.T) {
	s := stage(t, jimitest.Options{})
	imei := s.platform.IMEIs()[0]
	_, err := openapi.Call(t.Context(), s.client, &openapi.DeviceMove, openapi.DeviceMoveParams{From: "demo", To: "other", IMEIs: []string{imei}})
	require.NoError(t, err)
	_, err = openapi.Call(t.Context(), s.client, &openapi.DeviceDetail, openapi.DeviceParams{IMEI: imei})
	require.Equal(t, openapi.ClassAuth, openapi.ClassOf(err), "it is not ours any more")
}

// A track over more days than a call may ask for is the truth, once.
func TestTrackOfManyDays(t *testing.T) {
	s := stage(t, jimitest.Options{Seed: 5, FixEvery: time.Minute, Messy: true})
	s.clock.add(20 * 24 * time.Hour)
	imei := s.platform.IMEIs()[1]
	from, to := start, start.Add(16*24*time.Hour)
	want := s.platform.Truth(imei, from, to)
	got := rows(t, s, &openapi.TrackList, openapi.TrackListParams{IMEI: imei, Begin: from, End: to})
	require.Len(t, got, len(want))
	for i, r := range got {
		require.Equal(t, imei, r.IMEI)
		require.Equal(t, want[i].Time, r.Value.GPSTime.Value)
		require.InDelta(t, want[i].Lat, r.Value.Lat.Value, 1e-9)
		require.Equal(t, want[i].ACC, r.Value.ACC.Value)
	}
	require.EqualValues(t, 3, s.client.CallsMade()[openapi.TrackList.Name])
}

// More alarms than the platform gives for one question come all the same.
func TestAFullAnswerSplitsTheTime(t *testing.T) {
	s := stage(t, jimitest.Options{Seed: 5, Devices: 130})
	s.clock.add(24 * time.Hour)
	from, to := start, start.Add(28*time.Hour)
	want := map[string]int{}
	total := 0
	for _, imei := range s.platform.IMEIs() {
		want[imei] = len(s.platform.Alarms(imei, from, to))
		total += want[imei]
	}
	require.Greater(t, total, 10_000, "far more than 1000 for each 100 devices")
	got := map[string]int{}
	keys := map[string]bool{}
	for _, r := range rows(t, s, &openapi.AlarmList, openapi.AlarmListParams{IMEIs: s.platform.IMEIs(), Begin: from, End: to}) {
		got[r.IMEI]++
		keys[r.IMEI+r.Value.AlertTime.Value.String()+string(r.Value.TypeID)] = true
	}
	require.Equal(t, want, got)
	require.Len(t, keys, total, "none twice")
}

func TestPagesAndPortions(t *testing.T) {
	s := stage(t, jimitest.Options{Seed: 5, Devices: 120})
	require.Len(t, rows(t, s, &openapi.LocationGet, openapi.LocationGetParams{IMEIs: s.platform.IMEIs()}), 120)
	require.EqualValues(t, 3, s.client.CallsMade()[openapi.LocationGet.Name], "50 a call")
	n := 0
	for _, imei := range s.platform.IMEIs() {
		n += len(s.platform.Trips(imei, start, s.clock.now()))
	}
	got := rows(t, s, &openapi.TrackMileage, openapi.TrackMileageParams{IMEIs: s.platform.IMEIs(), Begin: start, End: s.clock.now()})
	require.Len(t, got, n)
}

func TestTokenIsSharedAndRenewed(t *testing.T) {
	s := stage(t, jimitest.Options{TokenLife: 10 * time.Minute})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := openapi.Call(t.Context(), s.client, &openapi.DeviceList, openapi.DeviceListParams{})
			require.NoError(t, err)
		})
	}
	all.Wait()
	require.Equal(t, 1, s.platform.Stats().Tokens, "twenty goroutines, one token")
	for range 20 {
		s.clock.add(2 * time.Minute)
		_, err := openapi.Call(t.Context(), s.client, &openapi.DeviceList, openapi.DeviceListParams{})
		require.NoError(t, err)
	}
	st := s.platform.Stats()
	require.Zero(t, st.Refused["1004"], "renewed before their end")
	require.Zero(t, st.EndedWhileValid)
	require.Greater(t, st.Tokens, 3)
}

// A token that somebody else has ended is replaced once, and the call made good.
func TestTokenEndedByAnother(t *testing.T) {
	s := stage(t, jimitest.Options{})
	other := s.newClient(t, openapi.Options{})
	call := func(c *openapi.Client) error {
		_, err := openapi.Call(t.Context(), c, &openapi.DeviceList, openapi.DeviceListParams{})
		return err
	}
	require.NoError(t, call(s.client))
	s.clock.add(2 * time.Minute)
	require.NoError(t, call(other))
	require.Equal(t, 1, s.platform.Stats().EndedWhileValid)
	s.clock.add(2 * time.Minute)
	require.NoError(t, call(s.client))
	require.Equal(t, 1, s.platform.Stats().UsedAfterItsEnd)
}

// A client that may not fetch waits for the one that may.
func TestOnlyTheHolderFetches(t *testing.T) {
	s := stage(t, jimitest.Options{})
	store := &sharedStore{}
	follower := s.newClient(t, openapi.Options{Store: store, MayFetch: func() bool { return false }, UserAgent: "follower"})
	holder := s.newClient(t, openapi.Options{Store: store, UserAgent: "holder"})
	done := make(chan error, 1)
	go func() {
		_, err := openapi.Call(t.Context(), follower, &openapi.DeviceList, openapi.DeviceListParams{})
		done <- err
	}()
	_, err := openapi.Call(t.Context(), holder, &openapi.DeviceList, openapi.DeviceListParams{})
	require.NoError(t, err)
	require.NoError(t, <-done)
	require.Equal(t, []string{"holder"}, s.platform.Stats().Holders)
	require.Equal(t, 1, s.platform.Stats().Tokens)
}

type sharedStore struct {
	mu sync.Mutex
	t  openapi.Token
}

func (s *sharedStore) Load(context.Context) (openapi.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.t, nil
}

func (s *sharedStore) Save(_ context.Context, t openapi.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t = t
	return nil
}

func TestWrongCredentialsNameTheRegion(t *testing.T) {
	s := stage(t, jimitest.Options{})
	a := account(s.platform, s.server.URL)
	a.PasswordMD5 = "00000000000000000000000000000000"
	c, err := openapi.NewClient(a, openapi.Options{Now: s.clock.now, Backoff: quick})
	require.NoError(t, err)
	_, err = openapi.Call(t.Context(), c, &openapi.DeviceList, openapi.DeviceListParams{})
	require.Equal(t, openapi.ClassAuth, openapi.ClassOf(err))
	require.Contains(t, err.Error(), "wrong region")
}

func TestTooFrequentAndQuotaAreNotTheSame(t *testing.T) {
	s := stage(t, jimitest.Options{DailyQuota: 3})
	call := func() error {
		_, err := openapi.Call(t.Context(), s.client, &openapi.DeviceList, openapi.DeviceListParams{})
		return err
	}
	require.NoError(t, call())
	require.NoError(t, call())
	require.Equal(t, openapi.ClassQuota, openapi.ClassOf(call()))
	require.False(t, s.client.Budget().OK())
	made := s.platform.Stats().Calls[openapi.DeviceList.Name]
	require.Equal(t, openapi.ClassQuota, openapi.ClassOf(call()))
	require.Equal(t, made, s.platform.Stats().Calls[openapi.DeviceList.Name], "not even asked")
	s.clock.add(24 * time.Hour)
	require.True(t, s.client.Budget().OK())
	require.NoError(t, call())
}

// reply is a server that gives the same answers in turn.
func reply(t *testing.T, answers ...string) (*openapi.Client, *int) {
	t.Helper()
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.PostForm.Get("method") == openapi.TokenGet.Name {
			_, _ = io.WriteString(w, `{"code":0,"result":{"accessToken":"tok-secret","expiresIn":"7200","refreshToken":"r"}}`)
			return
		}
		a := answers[min(n, len(answers)-1)]
		n++
		if a == "500" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, a)
	}))
	t.Cleanup(server.Close)
	c, err := openapi.NewClient(openapi.Account{Name: "n", URL: server.URL + "/route/rest", AppKey: "k", AppSecret: "s3cret", User: "u", PasswordMD5: "md5secret", AllowHTTP: true, CallsPerMinute: 60_000}, openapi.Options{Backoff: quick})
	require.NoError(t, err)
	return c, &n
}

func TestTransientErrorsAreRepeatedWhereThatIsSafe(t *testing.T) {
	const busy, fine = `{"code":-1,"message":"Operation successful","result":null}`, `{"code":"0","result":[]}`
	c, calls := reply(t, busy, "500", fine)
	_, err := openapi.Call(t.Context(), c, &openapi.DeviceList, openapi.DeviceListParams{})
	require.NoError(t, err)
	require.Equal(t, 3, *calls)

	c, calls = reply(t, busy, fine)
	_, err = openapi.Call(t.Context(), c, &openapi.InstructionSend, openapi.InstructionSendParams{IMEI: "1", Params: "{}"})
	require.Equal(t, openapi.ClassTransient, openapi.ClassOf(err))
	require.Equal(t, 1, *calls, "a command is not sent twice")
}

func TestCodesHaveTheirClass(t *testing.T) {
	for code, class := range map[string]openapi.Class{
		`1001`: openapi.ClassParameter, `"1002"`: openapi.ClassAuth, `228`: openapi.ClassOffline, `41003`: openapi.ClassOffline,
		`1100`: openapi.ClassUnavailable, `1114`: openapi.ClassBusiness, `1207`: openapi.ClassTransient, `99999`: openapi.ClassBusiness,
	} {
		c, calls := reply(t, `{"code":`+code+`,"message":"  no  ","result":null,"data":null}`)
		_, err := openapi.Call(t.Context(), c, &openapi.HistoryListGet, openapi.HistoryListParams{InstructionID: "1"})
		require.Equal(t, class, openapi.ClassOf(err), code)
		require.Equal(t, 1, *calls, code)
	}
}

func TestHTTPIsRefusedUnlessAllowed(t *testing.T) {
	_, err := openapi.NewClient(openapi.Account{URL: "http://open.10000track.com/route/rest"}, openapi.Options{})
	require.ErrorContains(t, err, "plain http")
	_, err = openapi.NewClient(openapi.Account{URL: "https://user:pw@x/"}, openapi.Options{})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "pw@")
}

// No secret is in any log, error or text.
func TestSecretsStayHidden(t *testing.T) {
	var logs bytes.Buffer
	const secret, password = "planted-app-secret", "0123456789abcdef0123456789abcdef"
	a := openapi.Account{Name: "n", URL: "http://127.0.0.1:1/route/rest", AppKey: "k", AppSecret: secret, User: "u", PasswordMD5: password, AllowHTTP: true}
	c, err := openapi.NewClient(a, openapi.Options{Backoff: quick, Log: slog.New(slog.NewJSONHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	require.NoError(t, err)
	_, err = openapi.Call(t.Context(), c, &openapi.DeviceList, openapi.DeviceListParams{})
	require.Error(t, err)
	tok := openapi.Token{Access: "planted-token", Refresh: "planted-refresh"}
	slog.New(slog.NewJSONHandler(&logs, nil)).Info("x", "account", a, "token", tok)
	text := logs.String() + err.Error() + fmt.Sprintf("%v %+v %#v %v %s", a, a, a, tok, openapi.TokenAnswer{AccessToken: "planted-token"})
	for _, planted := range []string{secret, password, "planted-token", "planted-refresh", "sign="} {
		require.NotContains(t, text, planted)
	}
	s := stage(t, jimitest.Options{})
	_, err = openapi.Call(t.Context(), s.client, &openapi.DeviceList, openapi.DeviceListParams{})
	require.NoError(t, err)
	require.NotContains(t, s.logs.String(), s.platform.Account().AppSecret)
	require.NotContains(t, s.logs.String(), s.platform.Account().PasswordMD5)
}

// Rows are found wherever the platform puts them, and only rows.
func TestRowsAreFound(t *testing.T) {
	for answer, want := range map[string]int{
		`{"code":0,"result":[{"imei":"1"},{"imei":"2"}],"data":[{"totalMileage":1}]}`: 2,
		`{"code":0,"result":[],"data":{"mileage":0}}`:                                 0,
		`{"code":0,"result":[],"data":{"rows":[{"imei":"1"}]}}`:                       1,
		`{"code":0,"result":null,"data":{"rows":[{"imei":"1"}],"total":"1"}}`:         1,
		`{"code":0,"result":null,"data":{"result":[{"imei":"1"}]}}`:                   1,
		`{"code":"0","result":{"imei":"1"},"data":null}`:                              1,
		`{"code":0,"result":{"total":294,"rows":[{"imei":"1"}]}}`:                     1,
		`{"code":0,"result":"","data":[{"imei":"1"}]}`:                                1,
		`{"code":0,"result":{},"data":{"rows":[{"imei":"1"}]}}`:                       1,
		`{"code":0}`: 0,
	} {
		c, _ := reply(t, answer)
		n := 0
		require.NoError(t, openapi.Each(t.Context(), c, &openapi.DeviceList, openapi.DeviceListParams{}, func(r openapi.Row[openapi.Device]) error {
			n++
			require.NotEmpty(t, r.IMEI)
			return r.Err
		}))
		require.Equal(t, want, n, answer)
	}
}

// What the platform repeats of a call in its message stays hidden.
func TestAnEchoedSecretStaysHidden(t *testing.T) {
	var seen string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.PostForm.Get("method") == openapi.TokenGet.Name {
			_, _ = io.WriteString(w, `{"code":0,"result":{"accessToken":"tok-secret","expiresIn":7200}}`)
			return
		}
		seen = r.PostForm.Get("sign")
		b, _ := json.Marshal(map[string]any{"code": 1001, "message": "bad call " + r.PostForm.Encode()})
		_, _ = w.Write(b)
	}))
	t.Cleanup(server.Close)
	c, err := openapi.NewClient(openapi.Account{Name: "n", URL: server.URL, AppKey: "k", AppSecret: "s3cret", User: "u", PasswordMD5: "m", AllowHTTP: true}, openapi.Options{})
	require.NoError(t, err)
	_, err = openapi.Call(t.Context(), c, &openapi.DeviceList, openapi.DeviceListParams{})
	require.Equal(t, openapi.ClassParameter, openapi.ClassOf(err))
	require.NotContains(t, err.Error(), "tok-secret")
	require.NotContains(t, err.Error(), seen)
}

// paged answers pages of at most give rows out of all, and counts the calls.
func paged(t *testing.T, answer func(call int, form map[string][]string) string) (*openapi.Client, *int) {
	t.Helper()
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.PostForm.Get("method") == openapi.TokenGet.Name {
			_, _ = io.WriteString(w, `{"code":0,"result":{"accessToken":"tok","expiresIn":7200}}`)
			return
		}
		calls++
		_, _ = io.WriteString(w, answer(calls, r.PostForm))
	}))
	t.Cleanup(server.Close)
	c, err := openapi.NewClient(openapi.Account{Name: "n", URL: server.URL, AppKey: "k", AppSecret: "s", User: "u", PasswordMD5: "m", AllowHTTP: true, CallsPerMinute: 60_000}, openapi.Options{Backoff: quick})
	require.NoError(t, err)
	return c, &calls
}

func pageOf(from, n, total int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"imei":"1","durSecond":"%d"}`, from+i)
	}
	return fmt.Sprintf(`{"code":0,"result":null,"data":{"dataTotalRows":"%d","rows":[%s]}}`, total, strings.Join(rows, ","))
}

var parking = openapi.ReportParkingParams{IMEIs: []string{"1"}, Begin: start, End: start.Add(time.Hour), ACC: "off"}

func TestSmallPagesAreReadToTheEnd(t *testing.T) {
	c, calls := paged(t, func(_ int, form map[string][]string) string {
		var from int
		_, _ = fmt.Sscan(form["start_row"][0], &from)
		return pageOf(from, min(50, 200-from), 200)
	})
	seen := map[float64]bool{}
	require.NoError(t, openapi.Each(t.Context(), c, &openapi.ReportParking, parking, func(r openapi.Row[openapi.Parking]) error {
		seen[r.Value.DurationS.Value] = true
		return r.Err
	}))
	require.Len(t, seen, 200)
	require.Equal(t, 4, *calls)
}

func TestANodeThatIgnoresPagesIsNoticed(t *testing.T) {
	c, calls := paged(t, func(int, map[string][]string) string { return pageOf(0, 100, 0) })
	_, err := openapi.Call(t.Context(), c, &openapi.ReportParking, parking)
	require.ErrorContains(t, err, "same page again")
	require.Equal(t, 2, *calls)
}

func TestANodeThatCountsRowsFromOne(t *testing.T) {
	c, _ := paged(t, func(_ int, form map[string][]string) string {
		if form["start_row"][0] == "0" {
			return `{"code":1001,"message":"Parameter validation"}`
		}
		return pageOf(1, 3, 3)
	})
	n := 0
	require.NoError(t, openapi.Each(t.Context(), c, &openapi.ReportParking, parking, func(openapi.Row[openapi.Parking]) error { n++; return nil }))
	require.Equal(t, 3, n)
}

// A caller that goes away does not wait for the one that looks after the token.
func TestWaitingForATokenEndsWithItsContext(t *testing.T) {
	s := stage(t, jimitest.Options{})
	c := s.newClient(t, openapi.Options{MayFetch: func() bool { return false }})
	long, cancelLong := context.WithCancel(t.Context())
	defer cancelLong()
	go func() { _, _ = openapi.Call(long, c, &openapi.DeviceList, openapi.DeviceListParams{}) }()
	time.Sleep(50 * time.Millisecond)
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := openapi.Call(short, c, &openapi.DeviceList, openapi.DeviceListParams{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(began), 2*time.Second)
}

func TestSentinelsAndZero(t *testing.T) {
	c, _ := reply(t, `{"code":0,"result":[{"imei":"1","speed":"-1","direction":"-1","lat":-1,"lng":"-1.5"}]}`)
	l, err := openapi.Call(t.Context(), c, &openapi.LocationGet, openapi.LocationGetParams{IMEIs: []string{"1"}})
	require.NoError(t, err)
	require.False(t, l.SpeedKMH.Valid)
	require.False(t, l.DirectionDeg.Valid)
	require.Equal(t, -1.0, l.Lat.Value)
	require.Equal(t, -1.5, l.Lng.Value)
	_, err = openapi.Call(t.Context(), c, &openapi.DeviceFenceCreate, openapi.DeviceFenceParams{
		IMEI: "1", Name: "Greenwich", AlarmType: "in", ReportMode: "0", Switch: "ON", Lat: 51.5, Lng: 0, Radius: 3, Zoom: 3, MapType: "GOOGLE",
	})
	require.NoError(t, err, "longitude 0 is a place")
}

// A row that names no device belongs to the only one that was asked for.
func TestTheOnlyDeviceOfACall(t *testing.T) {
	c, _ := reply(t, `{"code":0,"result":[{"startTime":"2026-05-04 06:00:00"}]}`)
	require.NoError(t, openapi.Each(t.Context(), c, &openapi.ReportTrips, openapi.ReportTripsParams{IMEIs: []string{"17"}, Type: openapi.EveryTrip, Begin: start, End: start.Add(time.Hour)},
		func(r openapi.Row[openapi.Trip]) error {
			require.Equal(t, "17", r.IMEI)
			return nil
		}))
}
