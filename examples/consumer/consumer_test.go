package consumer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/examples/consumer"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
)

// A table is a store in memory that fails now and then after it has written, as a
// database does whose answer is lost.
type table struct {
	mu     sync.Mutex
	rows   map[string]schema.DrivingEvent
	puts   int
	events int
	stored bool // the last answer was not lost
}

func (s *table) Put(_ context.Context, events []schema.DrivingEvent) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		s.events++
		if s.rows[e.EventID].Revision < e.Revision {
			s.rows[e.EventID] = e
		}
	}
	s.puts++
	if s.stored = s.puts > lost; !s.stored {
		return errLost
	}
	return nil
}

var errLost = errors.New("the answer was lost")

const (
	events = 50
	lost   = 3 // answers of the store, each of which ends the consumer
)

// TestExactlyOnce writes events as the enricher does, in transactions of which
// some are aborted, with corrections and a retraction, and reads them with a
// consumer that fails again and again between storing and committing.
func TestExactlyOnce(t *testing.T) {
	s := stacktest.Shared(t)
	prefix := stacktest.TopicPrefix(t, s)
	topic := schema.TopicDriving.Name(prefix)
	produce(t, s.Brokers(), topic)

	store := &table{rows: map[string]schema.DrivingEvent{}}
	deadline := time.Now().Add(time.Minute)
	for !store.complete() {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d events after a minute", len(store.rows), events)
		}
		if err := session(t, s.Brokers(), prefix, store); err != nil && !errors.Is(err, errLost) {
			t.Fatal(err)
		}
	}
	if store.events <= 2*events {
		t.Errorf("%d records came: nothing was read twice, so nothing was tried", store.events)
	}
	for id, e := range store.rows {
		if e.Kind == schema.Collision {
			t.Errorf("%s is of a transaction that was aborted", id)
		}
		if e.Revision != 2 || e.Retracted != (id == "event-7") {
			t.Errorf("%s has revision %d, retracted %v", id, e.Revision, e.Retracted)
		}
	}
}

func (s *table) complete() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, e := range s.rows {
		if e.Revision == 2 {
			n++
		}
	}
	return n == events && s.stored
}

// session is one life of the consumer.
func session(t *testing.T, brokers []string, prefix string, store *table) error {
	t.Helper()
	client, err := kgo.NewClient(append(consumer.Options(prefix, prefix+"-example"), kgo.SeedBrokers(brokers...), kgo.MetadataMinAge(250*time.Millisecond))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseAllowingRebalance()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil && !store.complete() {
			time.Sleep(20 * time.Millisecond)
		}
		cancel()
	}()
	return consumer.Run(ctx, client, store)
}

func produce(t *testing.T, brokers []string, topic string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.MetadataMinAge(250*time.Millisecond), kgo.TransactionalID(topic), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := kadm.NewClient(client).CreateTopic(t.Context(), 2, 1, nil, topic); err != nil {
		t.Fatal(err)
	}
	for revision := uint32(1); revision <= 2; revision++ {
		for _, commit := range []kgo.TransactionEndTry{kgo.TryAbort, kgo.TryCommit} {
			if err := client.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			for i := range events {
				e := schema.DrivingEvent{EventID: fmt.Sprintf("event-%d", i), Kind: schema.HarshBraking, IMEI: fmt.Sprintf("86000000000%04d", i)}
				e.Revision, e.Retracted = revision, revision == 2 && i == 7
				if commit == kgo.TryAbort {
					e.Revision, e.Kind = 9, schema.Collision
				}
				value, err := json.Marshal(e)
				if err != nil {
					t.Fatal(err)
				}
				client.Produce(t.Context(), &kgo.Record{Topic: topic, Key: []byte(e.IMEI), Value: value}, nil)
			}
			if err := client.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := client.EndTransaction(t.Context(), commit); err != nil {
				t.Fatal(err)
			}
		}
	}
}
