package pipeline

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An Answer is what the collector said.
type Answer struct {
	Status int
	Body   string
	Header http.Header
	Took   time.Duration
}

// Push sends items as the platform does, with the token.
func (p *Pipeline) Push(path string, items ...string) Answer {
	p.tb.Helper()
	form := url.Values{"token": {Token}, "data_list": {"[" + strings.Join(items, ",") + "]"}}
	return p.Post(path, "application/x-www-form-urlencoded", form.Encode())
}

// Post sends any body.
func (p *Pipeline) Post(path, contentType, body string) Answer {
	p.tb.Helper()
	start := time.Now()
	resp, err := client.Post(p.URL+path, contentType, strings.NewReader(body))
	if err != nil {
		p.tb.Fatalf("POST %s: %v", path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.tb.Fatalf("POST %s: %v", path, err)
	}
	return Answer{Status: resp.StatusCode, Body: string(text), Header: resp.Header, Took: time.Since(start)}
}
