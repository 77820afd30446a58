package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/run"
)

// memory is an acceptor that keeps what it is given.
type memory struct {
	items []item
	err   error
	block chan struct{}
}

func (m *memory) accept(_ context.Context, items []item) (string, error) {
	if m.block != nil {
		<-m.block
	}
	if m.err != nil {
		return "", m.err
	}
	for _, it := range items {
		it.value = bytes.Clone(it.value)
		m.items = append(m.items, it)
	}
	return viaKafka, nil
}

const secret = "s3cret-token"

type gate struct {
	*webhook
	taken *memory
	logs  *bytes.Buffer
}

func newGate(t *testing.T, change func(*Config)) gate {
	t.Helper()
	cfg := DefaultConfig()
	cfg.PushTokens = []config.Secret{"other", secret}
	if change != nil {
		change(&cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	g := gate{taken: &memory{}, logs: &bytes.Buffer{}}
	var err error
	g.webhook, err = newWebhook(&cfg, g.taken, slog.New(slog.NewTextHandler(g.logs, nil)), newMetrics(run.NewRegistry()))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (g gate) send(method, target, contentType, body string) (status int, answer string) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

const form = "application/x-www-form-urlencoded"

func push(token, list string) string {
	return url.Values{"token": {token}, "data_list": {list}}.Encode()
}

func (g gate) summary() string {
	var out []string
	for _, it := range g.taken.items {
		out = append(out, fmt.Sprintf("%s %s %s", it.headers.Kind, it.key, it.value))
	}
	return strings.Join(out, "\n")
}

const (
	success0       = `{"code":0,"msg":"success"}`
	openAPISuccess = `{"code":0,"msg":"success","message":"success"}`
)

func TestPushes(t *testing.T) {
	a, b := `{"deviceImei":"111","x":"ü + %"}`, `{"imei":222}`
	list := "[" + a + ", " + b + "]"
	quoted, _ := json.Marshal(list)
	for _, c := range []struct{ name, target, contentType, body, answer, want string }{
		{"form", "/pushgps", form, push(secret, list), success0, "pushgps 111 " + a + "\npushgps 222 " + b},
		{"path in another case, with a slash", "/PushGPS/", form, push(secret, list), success0, "pushgps 111 " + a + "\npushgps 222 " + b},
		{"no content type", "/pushhb", "", push(secret, list), success0, "pushhb 111 " + a + "\npushhb 222 " + b},
		{"single object in a form", "/pushhb", form, push(secret, a), success0, "pushhb 111 " + a},
		{"empty list", "/pushgps", form, push(secret, "[]"), success0, ""},
		{"JSON with an array", "/pushgps", "application/json", `{"token":"` + secret + `","data_list":` + list + `}`, success0, "pushgps 111 " + a + "\npushgps 222 " + b},
		{"JSON with a string", "/pushgps", "application/json", `{"data_list":` + string(quoted) + `,"token":"` + secret + `"}`, success0, "pushgps 111 " + a + "\npushgps 222 " + b},
		{"JSON that is the item", "/pushInstructResponse", "application/json; charset=utf-8", `{"code":0,"data":{"_imei":"333"},"token":"` + secret + `"}`, success0, `pushinstructresponse 333 {"code":0,"data":{"_imei":"333"},"token":"***"}`},
		{"form that is the item", "/rfid", form, "token=" + secret + "&deviceImei=444&value=a%2Bb", success0, `rfid 444 {"deviceImei":"444","value":"a+b"}`},
		{"token in the path", "/t/" + secret + "/pushgps", form, push("", a), success0, "pushgps 111 " + a},
		{"unknown path", "/pushNew/Thing", form, push(secret, a), success0, "unknown.pushnew/thing 111 " + a},
		{"item without IMEI", "/pushgps", form, push(secret, "["+a+`,{"lat":1},5]`), success0, "pushgps 111 " + a + "\npushgps  {\"lat\":1}\npushgps  5"},
		{"open API", "/t/" + secret + "/openapi", form, "msgType=jimi.push.device.alarm&data=" + url.QueryEscape(a), `{"code":0,"msg":"success","message":"success"}`, "openapi.jimi.push.device.alarm 111 " + a},
		{"path behind a path", "/integrations/jimi/pushgps", form, push(secret, a), success0, "pushgps 111 " + a},
		{"fields in another spelling", "/pushgps", form, "Token=" + secret + "&dataList=" + url.QueryEscape(list), success0, "pushgps 111 " + a + "\npushgps 222 " + b},
		{"JSON fields in another spelling", "/pushgps", "application/json", `{"TOKEN":"` + secret + `","DataList":` + list + `}`, success0, "pushgps 111 " + a + "\npushgps 222 " + b},
		{"JSON with data", "/pushgps", "application/json", `{"token":"` + secret + `","data":` + list + `}`, success0, "pushgps 111 " + a + "\npushgps 222 " + b},
		{"JSON item with data", "/pushnew", "application/json", `{"token":"` + secret + `","imei":"555","data":[1]}`, success0, `unknown.pushnew 555 {"token":"***","imei":"555","data":[1]}`},
		{"items as texts", "/pushgps", form, push(secret, `["{\"imei\":222}","x"]`), success0, "pushgps 222 " + b + "\npushgps  \"x\""},
		{"byte order mark", "/pushgps", "application/json", "\xef\xbb\xbf" + `{"token":"` + secret + `","data_list":` + a + `}`, success0, "pushgps 111 " + a},
		{"form that is called JSON", "/pushgps", "application/json", push(secret, a), success0, "pushgps 111 " + a},
		{"open API in JSON", "/t/" + secret + "/openapi", "application/json", `{"msgType":"jimi.push.device.alarm","data":` + b + `}`, openAPISuccess, "openapi.jimi.push.device.alarm 222 " + b},
		{"open API in JSON, a text", "/t/" + secret + "/openapi", "application/json", `{"msgtype":"jimi.push.device.alarm","data":"{\"imei\":222}"}`, openAPISuccess, "openapi.jimi.push.device.alarm 222 " + b},
		{"open API, a list", "/t/" + secret + "/openapi", form, "msgType=jimi.push.device.gps&data=" + url.QueryEscape(list), openAPISuccess, "openapi.jimi.push.device.gps 111 " + a + "\nopenapi.jimi.push.device.gps 222 " + b},
		{"open API, the type in the address", "/t/" + secret + "/openapi?msgType=jimi.push.device.alarm", "application/json", b, openAPISuccess, "openapi.jimi.push.device.alarm 222 " + b},
		{"open API without a type", "/t/" + secret + "/OpenAPI/", form, "data=" + url.QueryEscape(b), openAPISuccess, "openapi.none 222 " + b},
		{"open API without a path", "/t/" + secret, form, "msgType=jimi.push.device.alarm&data=" + url.QueryEscape(b), openAPISuccess, "openapi.jimi.push.device.alarm 222 " + b},
		{"TAG, one point", "/t/" + secret + "/api/v1/tag/data/push", "application/json", b, `{"code":200,"msg":"success"}`, "tag.data 222 " + b},
		{"TAG, points in data", "/t/" + secret + "/api/v1/tag/data/push", "application/json", `{"data":` + list + `}`, `{"code":200,"msg":"success"}`, "tag.data 111 " + a + "\ntag.data 222 " + b},
		{"TAG", "/t/" + secret + "/api/v1/tag/data/push", "application/json", list, `{"code":200,"msg":"success"}`, "tag.data 111 " + a + "\ntag.data 222 " + b},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(t, nil)
			status, answer := g.send(http.MethodPost, c.target, c.contentType, c.body)
			if status != http.StatusOK || answer != c.answer {
				t.Errorf("answered %d %s", status, answer)
			}
			if got := g.summary(); got != c.want {
				t.Errorf("took\n%s\nwant\n%s", got, c.want)
			}
			if strings.Contains(g.logs.String()+g.summary(), secret) {
				t.Errorf("the token was logged or kept: %s %s", g.logs, g.summary())
			}
		})
	}
}

func TestMultipart(t *testing.T) {
	g := newGate(t, nil)
	body := "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + secret +
		"\r\n--x\r\nContent-Disposition: form-data; name=\"callbackBody\"\r\n\r\n{\"imei\":\"1\"}\r\n--x--\r\n"
	if status, answer := g.send(http.MethodPost, "/uploadCallback", "multipart/form-data; boundary=x", body); status != 200 {
		t.Errorf("answered %d %s", status, answer)
	}
	if got := g.summary(); got != `uploadcallback 1 {"imei":"1"}` {
		t.Errorf("took %s", got)
	}
}

func TestRegistrationChecks(t *testing.T) {
	g := newGate(t, nil)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if status, answer := g.send(method, "/pushgps", "", ""); status != 200 || answer != success0 {
			t.Errorf("%s: answered %d %s", method, status, answer)
		}
	}
	if status, _ := g.send(http.MethodDelete, "/pushgps", "", ""); status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: answered %d", status)
	}
}

func TestUnauthorized(t *testing.T) {
	for name, c := range map[string]struct{ target, body string }{
		"wrong token":              {"/pushgps", push("wrong", "[]")},
		"no token":                 {"/pushgps", "data_list=[]"},
		"wrong token in the path":  {"/t/wrong-token/pushgps", push("", "[]")},
		"open API without a token": {"/openapi", "msgType=a&data={}"},
		"broken body, no token":    {"/pushgps", "%%%"},
		"unknown path":             {"/nothing", "x=y"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t, nil)
			if status, answer := g.send(http.MethodPost, c.target, form, c.body); status != http.StatusUnauthorized {
				t.Errorf("answered %d %s", status, answer)
			}
			if len(g.taken.items) > 0 || strings.Contains(g.logs.String(), "wrong-token") {
				t.Errorf("took %d items, logged %s", len(g.taken.items), g.logs)
			}
		})
	}
	g := newGate(t, func(c *Config) { c.UnauthorizedStatus = 200 })
	if status, answer := g.send(http.MethodPost, "/pushgps", form, push("wrong", "[]")); status != 200 || !strings.Contains(answer, `"code":401`) {
		t.Errorf("with unauthorized_status 200: %d %s", status, answer)
	}
}

func TestAllowedNetworks(t *testing.T) {
	body := "msgType=a&data=" + url.QueryEscape(`{"imei":"1"}`)
	g := newGate(t, func(c *Config) { c.PushAllow = []string{"192.0.2.0/24"} }) // httptest's address
	if status, _ := g.send(http.MethodPost, "/openapi", form, body); status != 200 {
		t.Errorf("an allowed network was answered %d", status)
	}
	g = newGate(t, func(c *Config) { c.PushAllow = []string{"198.51.100.0/24"} })
	if status, _ := g.send(http.MethodPost, "/openapi", form, body); status != 401 {
		t.Errorf("another network was answered %d", status)
	}
}

func TestUndecodableBodiesAreKept(t *testing.T) {
	for name, c := range map[string]struct{ contentType, body, kept string }{
		"broken escape":  {form, "token=" + secret + "&data_list=%5B%zz", "token=***&data_list=%5B%zz"},
		"not JSON":       {form, "token=" + secret + "&data_list=[{]", "token=***&data_list=[{]"},
		"cut off":        {form, "token=" + secret + `&data_list=[{"imei":"1"},{"im`, `token=***&data_list=[{"imei":"1"},{"im`},
		"no items":       {form, "token=" + secret, "token=***"},
		"broken JSON":    {"application/json", `{"token":"` + secret + `","data_list":[`, `{"token":"***","data_list":[`},
		"a number":       {form, "token=" + secret + "&data_list=5", "token=***&data_list=5"},
		"text after end": {form, "token=" + secret + "&data_list=[]x", "token=***&data_list=[]x"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t, nil)
			if status, answer := g.send(http.MethodPost, "/pushgps", c.contentType, c.body); status != http.StatusBadRequest {
				t.Errorf("answered %d %s", status, answer)
			}
			if got := g.summary(); got != "undecodable  "+c.kept {
				t.Errorf("kept %q, want %q", got, c.kept)
			}
		})
	}
}

func TestBombs(t *testing.T) {
	deep := strings.Repeat("[", 1<<20)
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"nesting that never ends":     {push(secret, deep), http.StatusBadRequest},
		"nested item among good ones": {push(secret, `[{"imei":"1"},{"a":`+strings.Repeat("[", 1e5)+strings.Repeat("]", 1e5)+"}]"), http.StatusOK},
		"too large":                   {push(secret, `["`+strings.Repeat("x", 5<<20)+`"]`), http.StatusRequestEntityTooLarge},
		"many tiny items":             {push(secret, "["+strings.Repeat("1,", 1e5)+"1]"), http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t, nil)
			fastest := time.Hour // of a few: the machine may be busy
			for range 5 {
				start := time.Now()
				status, answer := g.send(http.MethodPost, "/pushgps", form, c.body)
				fastest = min(fastest, time.Since(start))
				if status != c.status {
					t.Errorf("answered %d %.80s", status, answer)
				}
			}
			if fastest > 100*time.Millisecond {
				t.Errorf("took %v", fastest)
			}
		})
	}
}

// TestLargeWithoutLength sends a body of unknown length, which is cut at the
// limit.
func TestLargeWithoutLength(t *testing.T) {
	g := newGate(t, func(c *Config) { c.MaxBodyBytes = 2048 })
	srv := httptest.NewServer(g)
	defer srv.Close()
	for size, want := range map[int]int{100: 200, 4096: 413} {
		body := io.MultiReader(strings.NewReader("token="+secret+"&data_list="), strings.NewReader(`[{"imei":"`+strings.Repeat("1", size)+`"}]`))
		resp, err := http.Post(srv.URL+"/pushgps", form, body) // chunked
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%d bytes: answered %d, want %d", size, resp.StatusCode, want)
		}
	}
}

func TestMoreThanFifty(t *testing.T) {
	g := newGate(t, nil)
	list := "[" + strings.Repeat(`{"imei":"1"},`, 50) + `{"imei":"1"}]`
	if status, _ := g.send(http.MethodPost, "/pushgps", form, push(secret, list)); status != 200 || len(g.taken.items) != 51 {
		t.Errorf("answered %d, took %d", status, len(g.taken.items))
	}
	ids := map[string]bool{}
	for _, it := range g.taken.items {
		ids[it.headers.ItemID] = true
	}
	if len(ids) != 51 {
		t.Errorf("%d item ids", len(ids))
	}
}

func TestOverload(t *testing.T) {
	g := newGate(t, func(c *Config) { c.MaxRequests = 1 })
	g.taken.block = make(chan struct{})
	first := make(chan int)
	go func() {
		status, _ := g.send(http.MethodPost, "/pushgps", form, push(secret, `[{"imei":"1"}]`))
		first <- status
	}()
	for len(g.slots) == 0 {
		time.Sleep(time.Millisecond)
	}
	r := httptest.NewRequest(http.MethodPost, "/pushgps", strings.NewReader(push(secret, "[]")))
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("beyond the cap: answered %d", w.Code)
	}
	close(g.taken.block)
	if status := <-first; status != 200 {
		t.Errorf("the first was answered %d", status)
	}
	g.taken.err = errOverloaded
	if status, _ := g.send(http.MethodPost, "/pushgps", form, push(secret, `[{"imei":"1"}]`)); status != 503 {
		t.Errorf("with a full spool: answered %d", status)
	}
}

func TestConfig(t *testing.T) {
	cfg := DefaultConfig()
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "push_tokens") {
		t.Errorf("without tokens: %v", err)
	}
	cfg.PushInsecure, cfg.PushAllow, cfg.MaxBodyBytes = true, []string{"10.0.0.0"}, 1
	err := cfg.Validate()
	for _, key := range []string{"push_allow", "max_body_bytes"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%v does not name %s", err, key)
		}
	}
}

// FuzzBody holds the fast form reader to the standard library's: where both
// take a body, they find the same token and the same list.
func FuzzBody(f *testing.F) {
	f.Add(form, push(secret, `[{"imei":"1"}]`))
	f.Add("application/json", `{"token":"a","data_list":"[]"}`)
	f.Add(form, "a=b&token=%41+%zz&&=&data_list")
	f.Fuzz(func(t *testing.T, contentType, raw string) {
		before := strings.Clone(raw)
		b, err := parseBody(contentType, []byte(raw))
		if raw != before {
			t.Fatal("the body was changed")
		}
		_ = b.withoutToken()
		if err == nil {
			_ = b.items(func([]byte) {})
		}
		if contentType != form || looksLikeJSON([]byte(raw)) || err != nil {
			return
		}
		values, err := url.ParseQuery(raw)
		if err != nil || len(values["token"]) > 1 || len(values["data_list"]) != 1 || values.Has("data") || values.Has("callbackBody") || strings.Contains(raw, ";") {
			return
		}
		// A key that is itself escaped is not looked for.
		if strings.Contains(raw, "token=") && !strings.Contains(raw, "%") && values.Get("token") != string(b.token) {
			t.Errorf("token %q, want %q", b.token, values.Get("token"))
		}
		if b.list != nil && values.Get("data_list") != string(b.list) {
			t.Errorf("list %q, want %q", b.list, values.Get("data_list"))
		}
	})
}

func benchmarkRequest(b *testing.B, items int) {
	cfg := DefaultConfig()
	cfg.PushTokens = []config.Secret{secret}
	h, err := newWebhook(&cfg, nothing{}, slog.New(slog.DiscardHandler), newMetrics(run.NewRegistry()))
	if err != nil {
		b.Fatal(err)
	}
	item := `{"deviceImei":"867096903771954","gpsTime":"2023-01-13 02:24:37","gateTime":"2023-01-13 02:24:38","satelliteNum":7,"lng":113.942885,"lat":22.576539,"gpsMode":0,"gpsSpeed":0,"direction":155,"acc":1,"postType":1,"altitude":0,"distance":698,"status":262147}`
	body := push(secret, "["+strings.Repeat(item+",", items-1)+item+"]")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/pushgps", strings.NewReader(body))
		r.Header.Set("Content-Type", form)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatal(w.Body)
		}
	}
	b.ReportMetric(float64(b.N*items)/b.Elapsed().Seconds(), "items/s")
}

type nothing struct{}

func (nothing) accept(context.Context, []item) (string, error) { return viaKafka, nil }

func BenchmarkRequest50(b *testing.B) { benchmarkRequest(b, 50) }
func BenchmarkRequest1(b *testing.B)  { benchmarkRequest(b, 1) }
