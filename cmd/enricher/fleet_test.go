package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

// fleetRecords are the raw records of a simulated city fleet, in order: fixes,
// heartbeats, logins, alarms.
func fleetRecords(tb testing.TB, vehicles int, interval, length time.Duration) (out []*kgo.Record) {
	tb.Helper()
	f := simulate.NewFleet(simulate.FleetConfig{
		Devices: vehicles, Interval: interval, For: length, Start: time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC),
		Seed: 4, Lat: 41.2565, Lng: -95.9345,
	})
	headers := map[string]map[time.Time][]kgo.RecordHeader{} // few are different
	for {
		it, ok := f.Next()
		if !ok {
			return out
		}
		kind, _ := jimi.LookupPath(it.Path)
		if headers[kind.Name] == nil {
			headers[kind.Name] = map[time.Time][]kgo.RecordHeader{}
		}
		of := headers[kind.Name][it.Due]
		if of == nil {
			h := schema.RawHeaders{Kind: kind.Name, Source: schema.SourcePush, Received: it.Due.Add(time.Second), ItemID: "a-1"}
			for _, x := range h.Append(nil) {
				of = append(of, kgo.RecordHeader{Key: x.Key, Value: x.Value})
			}
			headers[kind.Name][it.Due] = of
		}
		out = append(out, &kgo.Record{Topic: "fleet.raw.v1", Key: []byte(it.IMEI), Value: it.JSON, Headers: of, Partition: 3, Offset: int64(len(out))})
	}
}

func isFix(r *kgo.Record) bool {
	for _, h := range r.Headers {
		if h.Key == schema.HeaderKind {
			return string(h.Value) == "pushgps"
		}
	}
	return false
}

// delayed gives records with a share of the fixes coming later, as fixes do that
// take another way.
func delayed(records []*kgo.Record, share int, by time.Duration, every time.Duration) []*kgo.Record {
	type arrival struct {
		r  *kgo.Record
		at int
	}
	perS := float64(len(records)) / every.Seconds()
	in := make([]arrival, len(records))
	for i, r := range records {
		in[i] = arrival{r, i}
		if share > 0 && i%share == 0 && isFix(r) {
			in[i].at += int(by.Seconds() * perS)
		}
	}
	slices.SortStableFunc(in, func(a, b arrival) int { return a.at - b.at })
	out := make([]*kgo.Record, len(in))
	for i, a := range in {
		c := *a.r
		c.Offset = int64(i)
		out[i] = &c
	}
	return out
}

// without leaves a stage out.
func without(stages []stage, name string) []stage {
	return slices.DeleteFunc(slices.Clone(stages), func(s stage) bool { return s.name == name })
}

func testProcessor(derived bool) *processor {
	rules := derive.DefaultRules()
	p := newProcessor("fleet", func() *derive.Rules { return rules }, noFences, &definitions{})
	if !derived {
		p.fixStages, p.itemStages = without(fixStages, "derive"), without(itemStages, "derive")
	}
	return p
}

// transact takes records through one transaction that commits, and gives what is
// written of it to the changelog.
func transact(p *processor, part *partition, b *batch, records []*kgo.Record, changelog func(*kgo.Record)) {
	b.reset(part.number, received)
	o := part.begin()
	p.run(b, o, records)
	part.merge(o)
	if changelog == nil {
		return
	}
	for _, r := range b.records {
		if strings.HasSuffix(r.Topic, ".state.v1") {
			changelog(r)
		}
	}
}
