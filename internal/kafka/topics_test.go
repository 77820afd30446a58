package kafka_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/pkg/schema"
)

func admin(t *testing.T) *kadm.Client {
	t.Helper()
	fake, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	cfg := config.DefaultKafka()
	cfg.KafkaBrokers = fake.ListenAddrs()
	opts, err := kafka.Options(cfg, "test", slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return kadm.NewClient(cl)
}

func TestEnsureTopics(t *testing.T) {
	ctx, adm := context.Background(), admin(t)
	first, err := kafka.EnsureTopics(ctx, adm, "fleet", 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range first {
		if !r.Created {
			t.Errorf("%s was not created", r.Name)
		}
	}
	if len(first) != len(schema.Topics) {
		t.Errorf("%d topics, want %d", len(first), len(schema.Topics))
	}

	second, err := kafka.EnsureTopics(ctx, adm, "fleet", 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range second {
		if r.Created || len(r.Changed) > 0 {
			t.Errorf("second run did something: %+v", r)
		}
	}

	retention := "1000"
	if _, err := adm.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &retention}}, "fleet.raw.v1"); err != nil {
		t.Fatal(err)
	}
	third, err := kafka.EnsureTopics(ctx, adm, "fleet", 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(third[0].Changed, ";"); got != "retention.ms: 1000 -> 2592000000" {
		t.Errorf("raw topic: %q", got)
	}

	day := "86400000"
	if _, err := adm.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "min.compaction.lag.ms", Value: &day}}, "fleet.fences.v1"); err != nil {
		t.Fatal(err)
	}
	fourth, err := kafka.EnsureTopics(ctx, adm, "fleet", 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range fourth {
		if got := strings.Join(r.Changed, ";"); r.Name == "fleet.fences.v1" && got != "min.compaction.lag.ms: 86400000 -> 2678400000" {
			t.Errorf("the topic of an earlier version: %q", got)
		}
	}

	if _, err := kafka.EnsureTopics(ctx, adm, "fleet", 4, 1); !errors.Is(err, kafka.ErrPartitions) {
		t.Errorf("another number of partitions gave %v", err)
	}
}
