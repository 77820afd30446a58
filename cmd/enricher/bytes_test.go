package main

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/derive"
)

// sortOfPart names what a changelog record is of.
func sortOfPart(key []byte) string {
	_, part, ok := strings.Cut(string(key), "/")
	switch {
	case !ok:
		return "position"
	case part == partRecent, part == partNewest:
		return "recent"
	case part == partHead:
		return "head"
	case derive.Owns(part):
		return "derived"
	}
	return "window"
}

// TestBytesOfState states what a device takes in the changelog topic once that
// is compacted, and what is written of an accepted fix in the live pattern: each
// item in a transaction of its own, keys and all items on the fixes' account, the
// partition's position too.
func TestBytesOfState(t *testing.T) {
	for _, c := range []struct {
		interval time.Duration
		length   time.Duration
		mostSize float64 // of a device
		mostLog  float64 // of a fix
	}{{time.Second, 3 * time.Hour, 35_500, 203}, {10 * time.Second, 7 * time.Hour, 9_050, 195}, {time.Minute, 8 * time.Hour, 2_780, 285}} {
		const vehicles = 3
		p, part, b := testProcessor(true), newPartition(3), &batch{}
		held, logged, fixes := map[string]int{}, map[string]int{}, 0
		for _, r := range fleetRecords(t, vehicles, c.interval, c.length) {
			transact(p, part, b, []*kgo.Record{r}, func(s *kgo.Record) {
				logged[sortOfPart(s.Key)] += len(s.Key) + len(s.Value)
				held[string(s.Key)] = len(s.Value)
			})
			if isFix(r) {
				fixes++
			}
		}
		sizes, size, log := map[string]float64{}, 0.0, 0.0
		for key, n := range held {
			sizes[sortOfPart([]byte(key))] += float64(n) / vehicles
			size += float64(n) / vehicles
		}
		parts := map[string]float64{}
		for sort, n := range logged {
			parts[sort] = float64(n) / float64(fixes)
			log += parts[sort]
		}
		t.Logf("a fix every %5s: %6.0f bytes a device: window %.0f, recent %.0f, head %.0f, derived %.0f; %5.1f changelog bytes a fix: window %.1f, recent %.1f, head %.1f, derived %.1f, position %.1f",
			c.interval, size, sizes["window"], sizes["recent"], sizes["head"], sizes["derived"],
			log, parts["window"], parts["recent"], parts["head"], parts["derived"], parts["position"])
		if size > c.mostSize || log > c.mostLog {
			t.Errorf("a fix every %s: more than %.0f bytes a device or %.0f changelog bytes a fix", c.interval, c.mostSize, c.mostLog)
		}
	}
}

// TestMemoryOfADevice states what a device takes in memory after two and a
// quarter hours at a fix every 10 s: while it reports, and after a restore.
func TestMemoryOfADevice(t *testing.T) {
	const vehicles = 60
	records := fleetRecords(t, vehicles, 10*time.Second, 135*time.Minute)
	before := liveHeap()
	p, part := testProcessor(true), newPartition(3)
	for at := 0; at < len(records); at += vehicles {
		transact(p, part, &batch{}, records[at:min(at+vehicles, len(records))], nil)
	}
	reporting := (liveHeap() - before) / vehicles
	runtime.KeepAlive(records)
	runtime.KeepAlive(part)

	all := patterns(t, vehicles)
	before = liveHeap()
	restored := restoreOf(t, all, 10*vehicles)
	atRest := (liveHeap() - before) / (10 * vehicles)
	runtime.KeepAlive(all)
	runtime.KeepAlive(restored)
	t.Logf("a device takes %d bytes in memory while it reports, %d after a restore", reporting, atRest)
	if reporting > 16_000 || atRest > 11_000 {
		t.Error("more than 16,000 while it reports or 11,000 after a restore")
	}
}
