package simulate

import (
	"bytes"
	"container/heap"
	"fmt"
	"math/rand/v2"
	"time"
)

// DisturbConfig says what goes wrong on the way, each as a share of the fixes
// from 0 to 1.
type DisturbConfig struct {
	Duplicates float64       // are sent a second time, later
	Disorder   float64       // are held back and come late
	Hold       time.Duration // the longest that one is held back
	Until      time.Time     // nothing is held back for longer; zero: no such time
	Faults     float64       // are spoilt, see Faults
	Seed       uint64
}

// A Fault is one way to spoil a fix.
type Fault struct {
	Name    string
	Refused bool // a dead letter; else a fix with a quality flag
	spoil   func(item []byte, due time.Time) []byte
}

// Faults are the ways in which Disturb spoils fixes, in turn.
var Faults = []Fault{
	{"position (0, 0)", false, func(b []byte, _ time.Time) []byte { return setField(setField(b, "lat", "0"), "lng", "0") }},
	{"found by cell towers", false, func(b []byte, _ time.Time) []byte { return setField(b, "postType", "2") }},
	{"empty latitude", true, func(b []byte, _ time.Time) []byte { return setField(b, "lat", `""`) }},
	{"latitude 95", true, func(b []byte, _ time.Time) []byte { return setField(b, "lat", "95") }},
	{"the year 1970", true, func(b []byte, _ time.Time) []byte { return setField(b, "gpsTime", `"1970-01-01 00:00:00"`) }},
	{"a day that does not exist", true, func(b []byte, _ time.Time) []byte { return setField(b, "gpsTime", `"2026-02-30 10:00:00"`) }},
	{"two years ahead", true, func(b []byte, due time.Time) []byte {
		return setField(b, "gpsTime", `"`+platformTime(due.AddDate(2, 0, 0))+`"`)
	}},
	{"no device", true, func(b []byte, _ time.Time) []byte { return setField(b, "deviceImei", "null") }},
}

// setField replaces the value of a field whose value has no comma in it.
func setField(b []byte, name, value string) []byte {
	at := bytes.Index(b, []byte(`"`+name+`":`))
	if at < 0 {
		return b
	}
	at += len(name) + 3
	end := at + bytes.IndexAny(b[at:], ",}")
	return fmt.Appendf(nil, "%s%s%s", b[:at], value, b[end:])
}

// A Disturbed is a Source with what goes wrong in the field.
type Disturbed struct {
	source Source
	cfg    DisturbConfig
	rng    *rand.Rand
	later  byDue
	next   Item
	more   bool
	fault  int

	Duplicated, Delayed int
	Spoilt              map[string]int
}

// Disturb wraps a source.
func Disturb(s Source, cfg DisturbConfig) *Disturbed {
	d := &Disturbed{source: s, cfg: cfg, rng: rand.New(rand.NewPCG(cfg.Seed, 4)), Spoilt: map[string]int{}}
	d.next, d.more = s.Next()
	return d
}

// Err is the error of the source.
func (d *Disturbed) Err() error { return SourceErr(d.source) }

// Next gives the next item.
func (d *Disturbed) Next() (Item, bool) {
	for {
		if len(d.later) > 0 && (!d.more || !d.later[0].Due.After(d.next.Due)) {
			return heap.Pop(&d.later).(Item), true
		}
		if !d.more {
			return Item{}, false
		}
		it := d.next
		d.next, d.more = d.source.Next()
		if it.Path != "/pushgps" {
			return it, true
		}
		if d.rng.Float64() < d.cfg.Faults {
			f := Faults[d.fault%len(Faults)]
			d.fault++
			d.Spoilt[f.Name]++
			it.JSON = f.spoil(it.JSON, it.Due)
			return it, true
		}
		if d.rng.Float64() < d.cfg.Duplicates {
			d.Duplicated++
			again := it
			again.Due = d.held(it.Due)
			heap.Push(&d.later, again)
		}
		if d.rng.Float64() < d.cfg.Disorder {
			d.Delayed++
			it.Due = d.held(it.Due)
			heap.Push(&d.later, it)
			continue
		}
		return it, true
	}
}

func (d *Disturbed) held(t time.Time) time.Time {
	late := t.Add(time.Duration((0.05 + 0.95*d.rng.Float64()) * float64(d.cfg.Hold)))
	if !d.cfg.Until.IsZero() && late.After(d.cfg.Until) {
		return d.cfg.Until
	}
	return late
}

type byDue []Item

func (b byDue) Len() int           { return len(b) }
func (b byDue) Less(i, j int) bool { return b[i].Due.Before(b[j].Due) }
func (b byDue) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *byDue) Push(x any)        { *b = append(*b, x.(Item)) }
func (b *byDue) Pop() any {
	old := *b
	x := old[len(old)-1]
	*b = old[:len(old)-1]
	return x
}
