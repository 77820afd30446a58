package benchmarks_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/test/pipeline"
)

// BenchmarkLatency is goal P9: from the answer of the webhook until the row is
// in the answer of a query, seen by probes among a steady load.
func BenchmarkLatency(b *testing.B) {
	for _, rate := range []int{500, 5000} {
		b.Run(fmt.Sprintf("fixes=%d/s", rate), func(b *testing.B) {
			p, address := newPipeline(b)
			p.Start()
			ctx, cancel := context.WithTimeout(b.Context(), *duration+warmUp)
			defer cancel()
			var wg sync.WaitGroup
			var counts simulate.Counts
			wg.Go(func() {
				fleet := simulate.NewFleet(simulate.FleetConfig{Devices: rate, Interval: time.Second, Start: time.Now(), Seed: 1, Lat: 41.2565, Lng: -95.9345})
				_ = simulate.Send(ctx, fleet, simulate.SendConfig{URL: p.URL, Token: pipeline.Token, Batch: 50, Connections: 8, Speedup: 1}, &counts)
			})
			select {
			case <-time.After(warmUp):
			case <-ctx.Done():
			}
			sent := counts.Acknowledged.Load()
			start := time.Now()
			times := probe(ctx, b, p, address)
			b.ReportMetric(float64(counts.Acknowledged.Load()-sent)/time.Since(start).Seconds(), "fix/s")
			b.ReportMetric(quantile(times, 0.5), "p50-ms")
			b.ReportMetric(quantile(times, 0.99), "p99-ms")
			b.ReportMetric(float64(len(times)), "probes")
			b.ReportMetric(0, "ns/op")
			wg.Wait()
			p.Stop()
		})
	}
}

const (
	warmUp     = 10 * time.Second
	probeEvery = 50 * time.Millisecond
)

// probe sends marked fixes until ctx is done, and gives the time from the
// answer to each until it is a row.
func probe(ctx context.Context, b *testing.B, p *pipeline.Pipeline, address string) []time.Duration {
	b.Helper()
	w := &watcher{waiting: map[string]time.Time{}}
	var wg sync.WaitGroup
	wg.Go(func() { w.watch(b, p) })
	conn, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		imei := simulate.MadeUpIMEI(fmt.Sprintf("probe %d", n))
		now := time.Now().UTC().Format(time.DateTime)
		item := simulate.Item{JSON: fmt.Appendf(nil, `{"deviceImei":"%s","gpsTime":"%s","gateTime":"%s","lat":41.2,"lng":-95.9,"gpsSpeed":50}`, imei, now, now)}
		if _, err := sendLane(address, [][]byte{request(address, []simulate.Item{item})}); err != nil {
			b.Fatal(err)
		}
		w.add(imei)
		select {
		case <-tick.C:
		case <-ctx.Done():
			w.finish()
			wg.Wait()
			return w.times
		}
	}
}

// A watcher asks for rows until they are there.
type watcher struct {
	mu      sync.Mutex
	waiting map[string]time.Time // answered, by IMEI
	ended   bool
	times   []time.Duration
}

func (w *watcher) add(imei string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting[imei] = time.Now()
}

func (w *watcher) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
}

func (w *watcher) watch(b *testing.B, p *pipeline.Pipeline) {
	for {
		w.mu.Lock()
		imeis := make([]string, 0, len(w.waiting))
		for imei := range w.waiting {
			imeis = append(imeis, imei)
		}
		ended := w.ended
		w.mu.Unlock()
		if len(imeis) == 0 && ended {
			return
		}
		if len(imeis) > 0 {
			found, err := p.Texts(context.Background(), "SELECT imei FROM fixes WHERE imei IN ('"+strings.Join(imeis, "','")+"')")
			if err != nil {
				b.Errorf("look for the probes: %v", err)
				return
			}
			w.found(found)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (w *watcher) found(imeis []string) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, imei := range imeis {
		if answered, ok := w.waiting[imei]; ok {
			w.times = append(w.times, now.Sub(answered))
			delete(w.waiting, imei)
		}
	}
}
