package main

import "strings"

// A goal is one of the project's goals for performance.
type goal struct {
	name, what, target string
	value              metric  // of ours
	peer               metric  // of the peer, in the same run; empty: none was measured
	per                float64 // the ratio is peer / ours where less is better: -1, else 1
	note               string
}

// A metric is a unit of a benchmark.
type metric struct{ pkg, benchmark, unit string }

func (m metric) of(all []*result) (float64, bool) {
	for _, r := range all {
		if r.pkg == m.pkg && r.name == m.benchmark {
			return r.median(m.unit)
		}
	}
	return 0, false
}

const (
	whole = "benchmarks"
	more  = 1  // is better
	less  = -1 // is better
)

// goals in their order. A peer that is no Go library and not part of the local
// stack has to be installed by hand, and is not measured here.
var goals = []goal{
	{
		name: "P1", what: "webhook, 50 items a request, until Kafka has them", target: "≥ 4x Bento",
		value: metric{whole, "Collector/items=50", "fix/s"}, note: "the peer is not installed",
	},
	{
		name: "P1", what: "webhook, one item a request", target: "≥ 2x Bento",
		value: metric{whole, "Collector/items=1", "fix/s"}, note: "the peer is not installed",
	},
	{
		name: "P2", what: "form and JSON to a fix, against net/url and encoding/json", target: "≥ 10x, 0 allocations",
		value: metric{"pkg/jimi", "DecodeFix", "ns/op"}, peer: metric{"pkg/jimi", "ParseQueryAndEncodingJSON", "ns/op"}, per: less,
	},
	{
		name: "P3", what: "an H3 cell at resolution 9, against h3-go", target: "≥ 3x, 0 allocations",
		value: metric{"pkg/h3", "AgainstC/globe/res=9", "ns/cell"}, peer: metric{"pkg/h3", "AgainstC/globe/res=9", "c-ns/cell"}, per: less,
	},
	{
		name: "P5", what: "enricher with durable state, exactly once", target: "≥ 2.5x goka, ≥ 4x Bento dedupe",
		value: metric{whole, "Stages/enricher", "fix/s"}, note: "the peers are not installed",
	},
	{
		name: "P6", what: "Kafka to ClickHouse, exact, against the Kafka table engine", target: "≥ 4x",
		value: metric{whole, "Stages/sink", "row/s"}, peer: metric{whole, "Stages/kafka-table-engine", "row/s"}, per: more,
	},
	{
		name: "P7", what: "building a native block, against clickhouse-go's Append", target: "≥ 5x",
		value: metric{"clickhouse", "Block/odograph", "ns/row"}, peer: metric{"clickhouse", "Block/clickhouse-go-append", "ns/row"}, per: less,
	},
	{
		name: "P7", what: "the same, against its column append", target: "≥ 2x",
		value: metric{"clickhouse", "Block/odograph", "ns/row"}, peer: metric{"clickhouse", "Block/clickhouse-go-columns", "ns/row"}, per: less,
	},
	{
		name: "–", what: "enricher with durable state, exactly once: finding out what the vehicles did, against leaving that out", target: "",
		value: metric{"cmd/enricher", "Backlog", "fixes/s-with"}, peer: metric{"cmd/enricher", "Backlog", "fixes/s-without"}, per: more,
	},
	{
		name: "–", what: "the same of its core alone, a fix every second", target: "",
		value: metric{"cmd/enricher", "Derive/every=1s/late=1in0", "fixes/s-with"}, peer: metric{"cmd/enricher", "Derive/every=1s/late=1in0", "fixes/s-without"}, per: more,
	},
	{
		name: "–", what: "restore of 100,000 devices of 810 fixes from Kafka, reckoned from 2,000", target: "seconds",
		value: metric{"cmd/enricher", "RestoreFromKafka", "s/100000-devices"},
	},
	{
		name: "P9", what: "answer of the webhook until the row is visible, 5,000 fixes/s, p99", target: "≤ 1,200 ms (batch interval + 200 ms)",
		value: metric{whole, "Latency/fixes=5000/s", "p99-ms"},
	},
	{
		name: "P9", what: "the same at 500 fixes/s, p50", target: "",
		value: metric{whole, "Latency/fixes=500/s", "p50-ms"},
	},
	{
		name: "P9", what: "the same at 500 fixes/s, p99", target: "≤ 1,200 ms",
		value: metric{whole, "Latency/fixes=500/s", "p99-ms"},
	},
	{
		name: "–", what: "whole pipeline on this machine, generator included, until every fix is a row", target: "",
		value: metric{whole, "Pipeline", "fix/s"},
	},
}

// measured says what a run has of a goal.
func (g *goal) measured(all []*result) string {
	v, ok := g.value.of(all)
	if !ok {
		return "not measured"
	}
	text := figure(v) + " " + strings.TrimSuffix(g.value.unit, "-ms")
	if strings.HasSuffix(g.value.unit, "-ms") {
		text = figure(v) + " ms"
	}
	if peer, ok := g.peer.of(all); ok && v > 0 && peer > 0 {
		ratio := v / peer
		if g.per == less {
			ratio = peer / v
		}
		text = figure(ratio) + "x (" + text + " against " + figure(peer) + ")"
	}
	if g.note != "" {
		text += "; " + g.note
	}
	return text
}
