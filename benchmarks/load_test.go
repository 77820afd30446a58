package benchmarks_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/test/pipeline"
)

// requests are whole HTTP requests of a fleet's fixes, ready to be written:
// making them must not take the time of what is measured. A device is always
// in the same lane.
type requests struct {
	lanes [][][]byte
	items int
}

// makeRequests makes the requests of a number of fixes of a fleet that reports
// every second; the last fixes are from now.
func makeRequests(b *testing.B, address string, fixes, devices, batch, lanes int) *requests {
	b.Helper()
	fleet := simulate.NewFleet(simulate.FleetConfig{
		Devices: devices, Interval: time.Second, Start: time.Now().Add(-time.Duration(fixes/devices) * time.Second), Seed: 1, Lat: 41.2565, Lng: -95.9345,
	})
	r := &requests{lanes: make([][][]byte, lanes)}
	open := make([][]simulate.Item, lanes)
	lane := map[string]int{}
	for r.items < fixes {
		it, _ := fleet.Next()
		if it.Path != "/pushgps" {
			continue
		}
		n, ok := lane[it.IMEI]
		if !ok {
			n = len(lane) % lanes
			lane[it.IMEI] = n
		}
		r.items++
		if open[n] = append(open[n], it); len(open[n]) == batch {
			r.lanes[n] = append(r.lanes[n], request(address, open[n]))
			open[n] = open[n][:0]
		}
	}
	for n, items := range open {
		if len(items) > 0 {
			r.lanes[n] = append(r.lanes[n], request(address, items))
		}
	}
	return r
}

func request(address string, items []simulate.Item) []byte {
	list := make([]string, len(items))
	for i, it := range items {
		list[i] = string(it.JSON)
	}
	body := "token=" + pipeline.Token + "&data_list=" + url.QueryEscape("["+strings.Join(list, ",")+"]")
	return fmt.Appendf(nil, "POST /pushgps HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", address, len(body), body)
}

// send writes each lane over a connection of its own, one request after the
// answer to the one before, and gives the time that each took.
func (r *requests) send(b *testing.B, address string) (latencies []time.Duration) {
	b.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed atomic.Value
	for _, lane := range r.lanes {
		wg.Go(func() {
			took, err := sendLane(address, lane)
			if err != nil {
				failed.Store(err)
			}
			mu.Lock()
			latencies = append(latencies, took...)
			mu.Unlock()
		})
	}
	wg.Wait()
	if err, ok := failed.Load().(error); ok {
		b.Fatal(err)
	}
	return latencies
}

func sendLane(address string, lane [][]byte) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	took := make([]time.Duration, 0, len(lane))
	for _, req := range lane {
		start := time.Now()
		if _, err := conn.Write(req); err != nil {
			return nil, err
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return nil, err
		}
		if resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(`"code":0`)) {
			return nil, fmt.Errorf("answered %s %s", resp.Status, body)
		}
		took = append(took, time.Since(start))
	}
	return took, nil
}

// quantile of times, in milliseconds.
func quantile(times []time.Duration, q float64) float64 {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return float64(times[int(q*float64(len(times)-1))]) / float64(time.Millisecond)
}
