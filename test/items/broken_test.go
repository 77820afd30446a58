package items_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/test/pipeline"
)

const formType = "application/x-www-form-urlencoded"

// A letter is a dead letter as it has to be found.
type letter struct {
	reason schema.Reason
	kind   string
	value  string
}

// A request is one push with something wrong in it, the answer that is
// documented, and what its items have to become.
type request struct {
	name        string
	path        string
	contentType string
	body        string

	status int
	code   int
	dead   []letter
	rows   map[string]int64 // beside the dead letters
}

// fixAt is an item as the platform writes it, with one field replaced by raw
// JSON; each n is another second.
func fixAt(n int, field, value string) string {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Second)
	item := map[string]string{
		"deviceImei": `"990000000000019"`, "gpsTime": `"` + at.Format(time.DateTime) + `"`,
		"lat": "41.2565", "lng": "-95.9345", "gpsSpeed": "30", "postType": "1",
	}
	if field != "" {
		item[field] = value
	}
	if value == "" {
		delete(item, field)
	}
	var members []string
	for _, k := range slices.Sorted(maps.Keys(item)) {
		members = append(members, fmt.Sprintf("%q:%s", k, item[k]))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func formOf(token string, items ...string) string {
	return url.Values{"token": {token}, "data_list": {"[" + strings.Join(items, ",") + "]"}}.Encode()
}

// kept is how a body without items is kept: whole, but for the token.
func kept(body string) []letter {
	return []letter{{schema.ReasonBodyUndecodable, "undecodable", strings.Replace(body, pipeline.Token, "***", 1)}}
}

// spoilt are items of which each has one thing wrong, by the reason.
func spoilt() []letter {
	const kind = "pushgps"
	ahead := time.Now().UTC().Add(time.Hour).Format(time.DateTime)
	return []letter{
		{schema.ReasonPositionInvalid, kind, fixAt(1, "lat", "95")},
		{schema.ReasonPositionInvalid, kind, fixAt(2, "lng", `"-180.5"`)},
		{schema.ReasonTimeOutOfRange, kind, fixAt(3, "gpsTime", `"1970-01-01 00:00:00"`)},
		{schema.ReasonTimeInFuture, kind, fixAt(4, "gpsTime", `"`+ahead+`"`)},
		{schema.ReasonInvalidTime, kind, fixAt(5, "gpsTime", `"2026-02-30 10:00:00"`)},
		{schema.ReasonMissingField, kind, fixAt(6, "lat", `""`)},
		{schema.ReasonMissingField, kind, fixAt(7, "gpsTime", "")},
		{schema.ReasonInvalidField, kind, fixAt(8, "lng", `"east"`)},
		{schema.ReasonNoIMEI, kind, fixAt(9, "deviceImei", "")},
		{schema.ReasonNoIMEI, kind, fixAt(10, "deviceImei", `"`+strings.Repeat("9", 40)+`"`)},
		{schema.ReasonNotJSON, kind, `"no object"`},
		{schema.ReasonNotJSON, kind, "17"},
		{schema.ReasonTooDeep, kind, fixAt(11, "x", strings.Repeat("[", 1000)+strings.Repeat("]", 1000))},
	}
}

func values(letters []letter) []string {
	var out []string
	for _, l := range letters {
		out = append(out, l.value)
	}
	return out
}

// swollenMessage is an item of which each byte but few would be six in the JSON
// of its record.
func swollenMessage() string { return fixAt(302, "note", `"`+strings.Repeat(">", 2_500_000)+`"`) }

func requests() []request {
	all := spoilt()
	var fiftyOne, many []string
	for n := range 51 {
		fiftyOne = append(fiftyOne, fixAt(100+n, "", ""))
	}
	var nameless []letter
	for n := range 300 {
		many = append(many, fmt.Sprintf(`{"n":%d}`, n))
		nameless = append(nameless, letter{schema.ReasonNoIMEI, "pushgps", many[n]})
	}
	nowhere := strings.Replace(fixAt(203, "lat", "0"), "-95.9345", "0", 1)
	brokenForm := "token=" + pipeline.Token + "&data_list=%5B%zz%5D"
	cutOff := "token=" + pipeline.Token + "&data_list=" + url.QueryEscape("["+fixAt(300, "", "")+`,{"deviceImei":"99`)
	noList := "token=" + pipeline.Token
	notJSON := `{"token":"` + pipeline.Token + `","data_list":[{]}`
	deepBody := strings.Repeat("[", 2_000_000)
	large := fixAt(301, "note", `"`+strings.Repeat("x", 3<<20)+`"`)
	// In the JSON of a record each of these would be six bytes.
	brackets := strings.Repeat("<", 3_900_000)
	swollenItem := `{"note":"` + strings.Repeat("&", 2_500_000) + `"}`
	tooMany := formOf(pipeline.Token, slices.Repeat([]string{"{}"}, 20_000)...)
	return []request{
		{name: "wrong token", path: "/pushgps", body: formOf("guess", fixAt(0, "", "")), status: 401, code: 401},
		{name: "no token", path: "/pushgps", body: "data_list=%5B%5D", status: 401, code: 401},
		{name: "wrong token, undecodable body", path: "/pushgps", body: "token=guess&data_list=%zz", status: 401, code: 401},
		{name: "binary junk without a token", path: "/pushgps", contentType: "application/octet-stream", body: "\x00\xff\x1f\x8b", status: 401, code: 401},
		{name: "body over the limit", path: "/pushgps", body: strings.Repeat("x", 5<<20), status: 413, code: 413},

		{name: "unknown path", path: "/pushNewThing", body: formOf(pipeline.Token, fixAt(200, "", "")), status: 200, rows: map[string]int64{"messages": 1}},
		{name: "51 items", path: "/pushgps", body: formOf(pipeline.Token, fiftyOne...), status: 200, rows: map[string]int64{"fixes": 51}},
		{name: "spoilt items among good ones", path: "/PushGPS", body: formOf(pipeline.Token, append(values(all), fixAt(201, "", ""), fixAt(202, "", ""))...),
			status: 200, dead: all, rows: map[string]int64{"fixes": 2}},
		{name: "the position (0, 0)", path: "/pushgps", body: formOf(pipeline.Token, nowhere), status: 200, rows: map[string]int64{"fixes": 1}},
		{name: "many empty items", path: "/pushgps", body: formOf(pipeline.Token, many...), status: 200, dead: nameless},
		{name: "one large item", path: "/pushgps", body: formOf(pipeline.Token, large), status: 200, rows: map[string]int64{"fixes": 1}},

		{name: "broken form", path: "/pushgps", body: brokenForm, status: 400, code: 400, dead: kept(brokenForm)},
		{name: "list that is cut off", path: "/pushgps", body: cutOff, status: 400, code: 400, dead: kept(cutOff)},
		{name: "no list", path: "/pushhb", body: noList, status: 400, code: 400, dead: kept(noList)},
		{name: "broken JSON", path: "/pushgps", contentType: "application/json", body: notJSON, status: 400, code: 400, dead: kept(notJSON)},
		{name: "nesting bomb", path: "/t/" + pipeline.Token + "/pushgps", contentType: "application/json", body: deepBody, status: 400, code: 400, dead: kept(deepBody)},
		{name: "large body that JSON would swell", path: "/t/" + pipeline.Token + "/pushgps", contentType: "application/json", body: brackets, status: 400, code: 400, dead: kept(brackets)},
		{name: "large item that JSON would swell", path: "/t/" + pipeline.Token + "/pushgps", contentType: "application/json", body: `{"data_list":[` + swollenItem + `]}`,
			status: 200, dead: []letter{{schema.ReasonNoIMEI, "pushgps", swollenItem}}},
		{name: "large message that JSON would swell", path: "/t/" + pipeline.Token + "/pushNewThing", contentType: "application/json", body: `{"data_list":[` + swollenMessage() + `]}`,
			status: 200, rows: map[string]int64{"messages": 1}},
		{name: "bomb of empty items", path: "/pushgps", body: tooMany, status: 400, code: 400, dead: kept(tooMany)},
	}
}

// quick is the time within which even the worst request is answered.
const quick = 100 * time.Millisecond

// TestBrokenInput sends what senders get wrong: each request is answered as
// documented, and each item of one that was not refused is found, a row or a
// dead letter with its reason and its bytes.
func TestBrokenInput(t *testing.T) {
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 3})
	p.Start()
	p.Push("/pushgps", fixAt(999, "", "")) // connections are up
	dead, rows := map[letter]int64{}, map[string]int64{"fixes": 1}
	for _, r := range requests() {
		t.Run(r.name, func(t *testing.T) {
			for range r.send(t, p) {
				for _, l := range r.dead {
					dead[l]++
				}
				for table, n := range r.rows {
					if table == "fixes" && rows["sent "+r.name] > 0 {
						rows["fix_repeats"] += n
					} else {
						rows[table] += n
					}
				}
				rows["sent "+r.name]++
			}
		})
	}
	maps.DeleteFunc(rows, func(name string, _ int64) bool { return strings.HasPrefix(name, "sent ") })
	for _, n := range dead {
		rows["dead_letters"] += n
	}
	a := p.WaitAccounted(time.Minute)
	if !maps.Equal(a.Rows, rows) {
		t.Errorf("rows %v, want %v", a.Rows, rows)
	}
	checkLetters(t, p, dead)
	messages, err := p.Texts(t.Context(), "SELECT DISTINCT concat(kind, ' ', raw) FROM messages ORDER BY length(raw)")
	want := []string{"unknown.pushnewthing " + fixAt(200, "", ""), "unknown.pushnewthing " + swollenMessage()}
	if err != nil || !slices.Equal(messages, want) {
		t.Errorf("messages hold %.300q (%v), want %.300q", messages, err, want)
	}
	if n := p.Count("SELECT count() FROM fixes WHERE lat = 0 AND lng = 0 AND has(quality, 'zero_position')"); n != 1 {
		t.Errorf("%d fixes are flagged as (0, 0), want 1", n)
	}
	p.Stop()
}

// tries is how often a request is sent until it is answered quickly: the machine
// may be busy with something else.
const tries = 10

// send sends a request until it is answered quickly, and says how often it was.
func (r *request) send(t *testing.T, p *pipeline.Pipeline) int {
	t.Helper()
	contentType := r.contentType
	if contentType == "" {
		contentType = formType
	}
	var took []time.Duration
	for len(took) < tries {
		a := p.Post(r.path, contentType, r.body)
		took = append(took, a.Took)
		if code := fmt.Sprintf(`"code":%d,`, r.code); a.Status != r.status || !strings.Contains(a.Body, code) {
			t.Errorf("answered %d %s, want %d %s", a.Status, a.Body, r.status, code)
		}
		if a.Status == http.StatusServiceUnavailable && a.Header.Get("Retry-After") == "" {
			t.Error("503 without Retry-After")
		}
		if a.Took < quick {
			t.Logf("%d bytes answered %d after %s", len(r.body), a.Status, a.Took.Round(100*time.Microsecond))
			return len(took)
		}
		time.Sleep(time.Duration(len(took)) * 50 * time.Millisecond)
	}
	t.Errorf("answered after %v, want less than %s", took, quick)
	return len(took)
}

func checkLetters(t *testing.T, p *pipeline.Pipeline, want map[letter]int64) {
	t.Helper()
	rows, err := p.Reader.Query(t.Context(), "SELECT reason, kind, value, error FROM dead_letters")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	have := map[letter]int64{}
	for rows.Next() {
		var l letter
		var text string
		if err := rows.Scan((*string)(&l.reason), &l.kind, &l.value, &text); err != nil {
			t.Fatal(err)
		}
		if have[l]++; text == "" {
			t.Errorf("no error text beside %s %s", l.reason, clip(l.value))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for l, n := range have {
		if want[l] != n {
			t.Errorf("%d dead letters, want %d: %s %s %s", n, want[l], l.reason, l.kind, clip(l.value))
		}
	}
	for l, n := range want {
		if have[l] == 0 {
			t.Errorf("no dead letter, want %d: %s %s %s", n, l.reason, l.kind, clip(l.value))
		}
	}
}

func clip(s string) string { return s[:min(len(s), 200)] }
