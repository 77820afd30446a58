package pipeline

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
)

// Fence publishes definitions of geofences, in this order, without waiting for
// the enricher.
func (p *Pipeline) Fence(defs ...schema.Fence) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(p.Stack.Brokers()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		p.tb.Fatal(err)
	}
	defer client.Close()
	records := make([]*kgo.Record, 0, len(defs))
	for i := range defs {
		value, err := schema.Encode(&defs[i])
		if err != nil {
			p.tb.Fatal(err)
		}
		// One partition, so that they are read in this order.
		records = append(records, &kgo.Record{Topic: schema.TopicFences.Name(p.Prefix), Partition: 0, Key: []byte(defs[i].FenceID), Value: value})
	}
	if err := client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		p.tb.Fatal(err)
	}
}

// WaitFences returns when the enricher has so many fences in force.
func (p *Pipeline) WaitFences(n int) (took time.Duration) {
	p.tb.Helper()
	start := time.Now()
	for p.Enricher.Metrics()["odograph_enricher_fences"] != float64(n) {
		if time.Since(start) > time.Minute {
			p.tb.Fatalf("the enricher has %v fences, want %d\n%s", p.Enricher.Metrics()["odograph_enricher_fences"], n, p.Enricher.Log())
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(start)
}
