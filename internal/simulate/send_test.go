package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// A collector takes what is sent and answers as it is told.
type collector struct {
	mu     sync.Mutex
	seqs   map[string][]int // sequence numbers by device
	sizes  []int
	answer func(request int) (status int, body string)
	n      int
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	if status, body := c.answer(c.n); status != http.StatusOK {
		if status == 0 {
			panic(http.ErrAbortHandler) // cuts the connection
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return
	}
	var items []struct {
		IMEI string `json:"imei"`
		Seq  int    `json:"seq"`
	}
	if r.PostFormValue("token") != "a+b" || json.Unmarshal([]byte(r.PostFormValue("data_list")), &items) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	c.sizes = append(c.sizes, len(items))
	for _, it := range items {
		c.seqs[it.IMEI] = append(c.seqs[it.IMEI], it.Seq)
	}
	_, _ = io.WriteString(w, `{"code":0,"msg":"success"}`)
}

// A line is a source of n items of a few devices, one a millisecond.
type line struct{ n, of int }

func (l *line) Next() (Item, bool) {
	if l.n == l.of {
		return Item{}, false
	}
	imei := fmt.Sprint("device ", l.n%7)
	it := Item{Path: "/pushgps", IMEI: imei, Due: testStart.Add(time.Duration(l.n) * time.Millisecond), JSON: fmt.Appendf(nil, `{"imei":"%s","seq":%d}`, imei, l.n)}
	l.n++
	return it, true
}

func send(t *testing.T, answer func(int) (int, string), cfg SendConfig, items int) (*collector, *Counts, error) {
	t.Helper()
	c := &collector{seqs: map[string][]int{}, answer: answer}
	server := httptest.NewServer(c)
	defer server.Close()
	cfg.URL, cfg.Token, cfg.Batch, cfg.Connections = server.URL, "a+b", 50, 3
	var counts Counts
	err := Send(t.Context(), &line{of: items}, cfg, &counts)
	return c, &counts, err
}

func good(int) (int, string) { return http.StatusOK, "" }

func TestSendInOrderThroughFailures(t *testing.T) {
	c, counts, err := send(t, func(n int) (int, string) {
		switch n % 4 {
		case 1:
			return http.StatusServiceUnavailable, "spool full"
		case 2:
			return 0, ""
		}
		return http.StatusOK, ""
	}, SendConfig{}, 2000)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for imei, seqs := range c.seqs {
		total += len(seqs)
		for i := 1; i < len(seqs); i++ {
			if seqs[i] <= seqs[i-1] {
				t.Fatalf("%s: %d after %d", imei, seqs[i], seqs[i-1])
			}
		}
	}
	if total != 2000 || counts.Acknowledged.Load() != 2000 || counts.Sent.Load() != 2000 || counts.Retries.Load() == 0 || counts.GivenUp.Load() != 0 {
		t.Errorf("%d arrived; acknowledged %d, sent %d, retries %d, given up %d", total,
			counts.Acknowledged.Load(), counts.Sent.Load(), counts.Retries.Load(), counts.GivenUp.Load())
	}
	for _, n := range c.sizes {
		if n > 50 {
			t.Errorf("%d items in a request", n)
		}
	}
}

func TestSendTakesNoForAnAnswer(t *testing.T) {
	_, counts, err := send(t, func(int) (int, string) { return http.StatusUnauthorized, "wrong token" }, SendConfig{}, 100)
	if err != nil || counts.Refused.Load() != 100 || counts.Acknowledged.Load() != 0 || counts.Retries.Load() != 0 {
		t.Errorf("refused %d, acknowledged %d, retries %d, %v", counts.Refused.Load(), counts.Acknowledged.Load(), counts.Retries.Load(), err)
	}
}

func TestSendGivesUp(t *testing.T) {
	_, counts, err := send(t, func(int) (int, string) { return http.StatusServiceUnavailable, "" }, SendConfig{GiveUp: 200 * time.Millisecond}, 10)
	if err != nil || counts.GivenUp.Load() != 10 || counts.Retries.Load() == 0 {
		t.Errorf("given up %d, retries %d, %v", counts.GivenUp.Load(), counts.Retries.Load(), err)
	}
}

func TestSendKeepsTime(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  SendConfig
		want time.Duration
	}{
		"as it was driven":  {SendConfig{Speedup: 1}, time.Second},
		"twice as fast":     {SendConfig{Speedup: 2}, 500 * time.Millisecond},
		"at a rate":         {SendConfig{Rate: 2000}, 500 * time.Millisecond},
		"slower of the two": {SendConfig{Speedup: 1, Rate: 2000}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			if _, counts, err := send(t, good, c.cfg, 1000); err != nil || counts.Acknowledged.Load() != 1000 {
				t.Fatalf("acknowledged %d, %v", counts.Acknowledged.Load(), err)
			}
			if took := time.Since(start); took < c.want*95/100 || took > c.want+2*time.Second {
				t.Errorf("took %s, want %s", took, c.want)
			}
		})
	}
}

func TestSendStops(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	c := &collector{seqs: map[string][]int{}, answer: good}
	server := httptest.NewServer(c)
	defer server.Close()
	var counts Counts
	err := Send(ctx, &line{of: 100_000}, SendConfig{URL: server.URL, Token: "a+b", Batch: 50, Connections: 2, Speedup: 1}, &counts)
	if !errors.Is(err, context.DeadlineExceeded) || counts.Sent.Load() == 0 {
		t.Errorf("sent %d, %v", counts.Sent.Load(), err)
	}
	if n := counts.Sent.Load() - counts.Acknowledged.Load() - counts.GivenUp.Load(); n != 0 {
		t.Errorf("of %d items nobody knows what became of them", n)
	}
}
