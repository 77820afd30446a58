package main

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/odograph/odograph/internal/simulate"
)

// A fleet makes fixes in the order in which a collector takes them, hour by hour.
type fleet struct {
	trackers []*tracker
	imeis    []string
	now      int64 // seconds since 1970
	late     []fix // received after now
	next     [partitions]int64
}

const (
	partitions = 12
	fleetStart = 1_768_780_800 // 2026-01-19, a Monday
)

// intervals are how often devices report, with their share of the devices.
var intervals = []struct {
	everyS int64
	share  float64
}{{1, 0.04}, {10, 0.50}, {30, 0.31}, {60, 0.15}}

func newFleet(devices int) *fleet {
	rng := rand.New(rand.NewPCG(11, 1))
	towns := make([]*town, 24)
	for i := range towns {
		lat, lng := -40+rng.Float64()*100, -120+rng.Float64()*270
		towns[i] = &town{
			City: simulate.NewCity(uint64(100+i), lat, lng), zoneS: int64(lng / 15 * 3600), heightM: rng.Float64() * 900,
		}
	}
	f := &fleet{now: fleetStart}
	for i := range devices {
		f.trackers = append(f.trackers, newTracker(i, towns[rng.IntN(len(towns))]))
		f.imeis = append(f.imeis, fmt.Sprintf("86%04d%09d", 2000+i%7*131, i*7919%1_000_000_007))
	}
	for i := range f.next {
		f.next[i] = 40_000_000 + rng.Int64N(9_000_000)
	}
	return f
}

func newTracker(i int, where *town) *tracker {
	seed := uint64(i)*7919 + 5
	rng := rand.New(rand.NewPCG(seed, 3))
	t := &tracker{
		device: int32(i), rng: rng, city: where, drive: where.Car(seed, time.Unix(fleetStart, 0)),
		workFrom: 5*3600 + rng.Int64N(5*3600), workFor: 7*3600 + rng.Int64N(4*3600), lagMS: 500 + 1500*rng.Float64(),
		noHeight: rng.Float64() < shareNoAltitude, noMeter: rng.Float64() < shareNoOdometer,
		platform: rng.Int64N(8) * 61, now: fleetStart, last: fleetStart - rng.Int64N(parkedEveryS), satellites: 7 + rng.IntN(6),
	}
	t.outages = t.now
	share := rng.Float64()
	for _, in := range intervals {
		t.every = in.everyS
		if share -= in.share; share < 0 {
			break
		}
	}
	return t
}

// hour gives the fixes that are received in the next hour, in that order, each
// with its place in the raw topic. They are valid until the next call.
func (f *fleet) hour() []fix {
	f.now += 3600
	made := make([][]fix, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for w := range made {
		wait.Go(func() {
			for i := w; i < len(f.trackers); i += len(made) {
				f.trackers[i].until(f.now, func(x *fix) { made[w] = append(made[w], *x) })
			}
		})
	}
	wait.Wait()
	all := f.late
	for _, m := range made {
		all = append(all, m...)
	}
	slices.SortFunc(all, func(a, b fix) int {
		return cmp.Or(cmp.Compare(a.received, b.received), cmp.Compare(a.device, b.device), cmp.Compare(a.fixMS, b.fixMS))
	})
	due, _ := slices.BinarySearchFunc(all, f.now*1000, func(x fix, ms int64) int { return cmp.Compare(x.received, ms) })
	f.late = slices.Clone(all[due:])
	for i := range due {
		f.place(&all[i])
	}
	return all[:due]
}

// place gives a fix the next offset of its partition, and the time at which the
// sink's batch of a second went in.
func (f *fleet) place(x *fix) {
	x.partition = int32(crc32.ChecksumIEEE([]byte(f.imeis[x.device])) % partitions)
	x.offset = f.next[x.partition]
	f.next[x.partition]++
	if f.next[x.partition]%37 == 0 { // what is no fix: heartbeats, alarms
		f.next[x.partition]++
	}
	tick := x.received/1000 + 1
	x.inserted = tick*1000 + 60 + jitterMS(tick, int64(x.partition))
}
