package simulate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// SendConfig says where and how fast items are sent.
type SendConfig struct {
	URL         string
	Token       string
	Batch       int     // items of a request; the platform sends at most 50
	Connections int     // requests under way at the same time
	Speedup     float64 // of the source's time; 0: as fast as the collector answers
	Rate        float64 // items a second at most; 0: no limit of its own
	GiveUp      time.Duration

	// Sent and Acknowledged, where set, are called with the items of each
	// request before it is sent and after the collector has answered success.
	Sent, Acknowledged func([]Item)
}

// Counts is what became of the items. It may be read while a run goes on.
type Counts struct {
	Sent, Acknowledged, Refused, GivenUp atomic.Int64 // items
	Requests, Retries                    atomic.Int64
}

// Send sends all items of a source and returns when each was acknowledged,
// refused (an answer that a repetition would not change), or given up. Items
// of a device go over one connection, in order. A request that meets an error
// of the network or 503 is sent again until it is answered.
func Send(ctx context.Context, src Source, cfg SendConfig, counts *Counts) error {
	s := &sender{cfg: cfg, counts: counts, client: &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: cfg.Connections, DisableCompression: true},
	}}
	defer s.client.CloseIdleConnections()
	lanes := make([]chan []Item, cfg.Connections)
	var wg sync.WaitGroup
	for i := range lanes {
		lanes[i] = make(chan []Item, 4)
		wg.Go(func() {
			for batch := range lanes[i] {
				s.deliver(ctx, batch)
			}
		})
	}
	s.deal(ctx, src, lanes)
	for _, l := range lanes {
		close(l)
	}
	wg.Wait()
	if err := SourceErr(src); err != nil {
		return err
	}
	return ctx.Err()
}

type sender struct {
	cfg    SendConfig
	counts *Counts
	client *http.Client
}

// lingering is how long items wait for their request to fill, in wall time.
const lingering = 100 * time.Millisecond

// deal hands out batches as their items fall due.
func (s *sender) deal(ctx context.Context, src Source, lanes []chan []Item) {
	type key struct {
		lane int
		path string
	}
	open := map[key][]Item{}
	flush := func(k key) {
		select {
		case lanes[k.lane] <- open[k]:
		case <-ctx.Done():
		}
		delete(open, k)
	}
	start := time.Now()
	var first time.Time
	lastFlush := start
	for n := 0; ctx.Err() == nil; n++ {
		it, more := src.Next()
		if !more {
			break
		}
		if first.IsZero() {
			first = it.Due
		}
		due := start
		if s.cfg.Speedup > 0 && it.Due.After(first) {
			due = start.Add(time.Duration(float64(it.Due.Sub(first)) / s.cfg.Speedup))
		}
		if s.cfg.Rate > 0 {
			if byRate := start.Add(time.Duration(float64(n) / s.cfg.Rate * float64(time.Second))); byRate.After(due) {
				due = byRate
			}
		}
		if wait := time.Until(due); wait > time.Millisecond || time.Since(lastFlush) > lingering {
			if wait > lingering/2 || time.Since(lastFlush) > lingering {
				for k := range open {
					flush(k)
				}
				lastFlush = time.Now()
			}
			sleep(ctx, time.Until(due))
		}
		k := key{lane(it.IMEI, len(lanes)), it.Path}
		if open[k] = append(open[k], it); len(open[k]) >= s.cfg.Batch {
			flush(k)
		}
	}
	for k := range open {
		flush(k)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func lane(imei string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(imei))
	return int(h.Sum32() % uint32(n))
}

// A refusedError is an answer that a repetition would not change.
type refusedError struct{ status, body string }

func (e *refusedError) Error() string { return "refused: " + e.status + " " + e.body }

// deliver sends one request until it is answered.
func (s *sender) deliver(ctx context.Context, items []Item) {
	n := int64(len(items))
	if s.cfg.Sent != nil {
		s.cfg.Sent(items)
	}
	s.counts.Sent.Add(n)
	body := s.form(items)
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 50*time.Millisecond, 2*time.Second
	tries := 0
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		if tries++; tries > 1 {
			s.counts.Retries.Add(1)
		}
		s.counts.Requests.Add(1)
		return struct{}{}, s.post(ctx, items[0].Path, body)
	}, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(s.cfg.GiveUp))
	var refused *refusedError
	switch {
	case err == nil:
		s.counts.Acknowledged.Add(n)
		if s.cfg.Acknowledged != nil {
			s.cfg.Acknowledged(items)
		}
	case errors.As(err, &refused):
		s.counts.Refused.Add(n)
	default:
		s.counts.GivenUp.Add(n)
	}
}

func (s *sender) form(items []Item) []byte {
	var list bytes.Buffer
	list.WriteByte('[')
	for i, it := range items {
		if i > 0 {
			list.WriteByte(',')
		}
		list.Write(it.JSON)
	}
	list.WriteByte(']')
	return []byte("token=" + url.QueryEscape(s.cfg.Token) + "&data_list=" + url.QueryEscape(list.String()))
}

func (s *sender) post(ctx context.Context, path string, body []byte) error {
	// A request that is on its way is answered even when the run is stopped,
	// so that its items are counted for what they are.
	req, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, s.cfg.URL+path, bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	switch {
	case err != nil:
		return err
	case resp.StatusCode == http.StatusOK && bytes.Contains(text, []byte(`"code":0`)):
		return nil
	case resp.StatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("answered %s: %s", strconv.Itoa(resp.StatusCode), text)
	}
	return backoff.Permanent(&refusedError{resp.Status, string(text)})
}
