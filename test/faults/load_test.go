package faults_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/test/pipeline"
)

// A load is a fleet that drives in real time, with what goes wrong in the
// field, and sends each item until it is answered.
type load struct {
	t      *testing.T
	counts simulate.Counts
	end    chan struct{} // closed: no more items
	ended  chan struct{} // closed: err is set
	err    error
	once   sync.Once
}

// startLoad sends about one item a second for each device.
func startLoad(t *testing.T, p *pipeline.Pipeline, l *ledger, devices int) *load {
	t.Helper()
	now := time.Now()
	fleet := simulate.NewFleet(simulate.FleetConfig{
		Devices: devices, Interval: time.Second, Start: now, Seed: uint64(now.UnixNano()), Lat: 41.2565, Lng: -95.9345,
	})
	disturbed := simulate.Disturb(fleet, simulate.DisturbConfig{Duplicates: 0.02, Disorder: 0.02, Hold: 10 * time.Second, Faults: 0.01, Seed: 1})
	ld := &load{t: t, end: make(chan struct{}), ended: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(ld.ended)
		ld.err = simulate.Send(ctx, &until{disturbed, ld.end}, simulate.SendConfig{
			URL: p.URL, Token: pipeline.Token, Batch: 50, Connections: 8, Speedup: 1, Sent: l.sent, Acknowledged: l.acknowledged,
		}, &ld.counts)
	}()
	t.Cleanup(func() { // a test that failed leaves items unanswered
		cancel()
		<-ld.ended
	})
	return ld
}

// until ends a source at a time of the test's choice.
type until struct {
	simulate.Source
	end <-chan struct{}
}

func (u *until) Next() (simulate.Item, bool) {
	select {
	case <-u.end:
		return simulate.Item{}, false
	default:
		return u.Source.Next()
	}
}

// acknowledged is the number of items that were answered 200 so far.
func (ld *load) acknowledged() int64 { return ld.counts.Acknowledged.Load() }

// waitFor returns when another n items have been acknowledged.
func (ld *load) waitFor(n int64) {
	ld.t.Helper()
	want := ld.acknowledged() + n
	for deadline := time.Now().Add(2 * time.Minute); ld.acknowledged() < want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ld.t.Fatalf("no %d items were acknowledged within 2 minutes", n)
		}
	}
}

// stop ends the load and returns when each item that was begun is answered.
func (ld *load) stop() {
	ld.t.Helper()
	ld.once.Do(func() { close(ld.end) })
	select {
	case <-ld.ended:
		if ld.err != nil {
			ld.t.Errorf("load: %v", ld.err)
		}
	case <-time.After(2 * time.Minute):
		ld.t.Fatal("the load's items are not answered within 2 minutes")
	}
	if n := ld.counts.Refused.Load() + ld.counts.GivenUp.Load(); n > 0 {
		ld.t.Errorf("%d items were refused or given up", n)
	}
	ld.t.Logf("load: %d items acknowledged in %d requests, %d of them repeated", ld.acknowledged(), ld.counts.Requests.Load(), ld.counts.Retries.Load())
}
