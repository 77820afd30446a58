package faults_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/test/pipeline"
)

// lostMarkers is what a broker's log says when Kafka (4.4) loses the end of a
// transaction: a partition that has no leader at the moment, as every one of a
// single broker has while that is stopped or started, is taken for deleted.
// Readers of the partition then wait for the end for ever, and it takes an
// operator (kafka-transactions.sh) to give it. Clusters with replicas always
// have a leader.
var lostMarkers = []byte("these partitions are likely deleted already and hence can be skipped")

// skipIfKafkaLostMarkers ends a test in which Kafka's fault keeps the items from
// becoming rows. What the pipeline still owes is checked: the raw topic has
// each item that was answered 200, and the enricher does not say that it is
// ready.
func (l *ledger) skipIfKafkaLostMarkers(p *pipeline.Pipeline) {
	l.t.Helper()
	if !kafkaLostMarkers(p) {
		return
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Second) {
		if a, err := p.Account(l.t.Context()); err == nil && a.Balanced() {
			return // they were of no consequence
		}
	}
	l.checkRaw(p)
	for deadline := time.Now().Add(90 * time.Second); ; time.Sleep(time.Second) {
		ready, reason := p.Enricher.Ready()
		if !ready {
			l.t.Logf("the enricher's readiness: %s", reason)
			break
		}
		if time.Now().After(deadline) {
			l.t.Fatal("Kafka has lost the end of a transaction and nothing moves, but the enricher says that it is ready")
		}
	}
	l.t.Skipf("Kafka has lost the end of a transaction (its log: %q): what becomes of the items can't be said", lostMarkers)
}

func kafkaLostMarkers(p *pipeline.Pipeline) bool {
	logs, err := filepath.Glob(filepath.Join(p.Stack.Dir(), "logs", "kafka-*.log"))
	if err != nil {
		return false
	}
	for _, path := range logs {
		if b, err := os.ReadFile(path); err == nil && bytes.Contains(b, lostMarkers) {
			return true
		}
	}
	return false
}

// checkRaw holds the raw topic to the ledger.
func (l *ledger) checkRaw(p *pipeline.Pipeline) {
	l.t.Helper()
	have, err := rawHashes(l.t.Context(), p)
	if err != nil {
		l.t.Fatal(err)
	}
	marked := 0
	for hash, e := range l.read() {
		if !e.marked {
			continue
		}
		if marked++; !have[hash] {
			l.t.Errorf("lost: item %s %s was answered 200 and is not in the raw topic", hash, e.fix)
		}
	}
	l.t.Logf("raw topic: has all of the %d items that were answered 200, unless said otherwise", marked)
}

func rawHashes(ctx context.Context, p *pipeline.Pipeline) (map[string]bool, error) {
	topic := schema.TopicRaw.Name(p.Prefix)
	ends, err := p.Kafka.ListEndOffsets(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("ends of %s: %w", topic, err)
	}
	left := int64(0)
	for _, end := range ends[topic] {
		left += end.Offset
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(p.Stack.Brokers()...), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	out := map[string]bool{}
	for left > 0 {
		fetches := cl.PollFetches(ctx)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%d records of %s are still unread: %w", left, topic, ctx.Err())
		}
		fetches.EachRecord(func(r *kgo.Record) {
			left--
			out[hashOf(string(r.Value))] = true
		})
	}
	return out, nil
}
