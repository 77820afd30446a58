package faults_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/test/pipeline"
)

// TestSpoolSurvivesKills kills the collector, again and again, while its spool
// is all that has the items: Kafka is dead, too.
func TestSpoolSurvivesKills(t *testing.T) {
	t.Parallel() // with each other: both mostly wait for Kafka to be back
	p := pipeline.New(t, stacktest.Isolated(t, 1), pipeline.Options{Partitions: 3})
	p.Start()
	book := newLedger(t)
	ld := startLoad(t, p, book, 300)
	ld.waitFor(600)
	broker := p.Stack.Kafka(0)
	if err := broker.Kill(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		ld.waitFor(400)
		p.Collector.Kill()
		p.Collector.Launch()
	}
	ld.waitFor(400)
	if ready, why := p.Collector.Ready(); ready || !strings.Contains(why, "wait for Kafka") {
		t.Errorf("ready: %v, %s", ready, why)
	}
	if err := broker.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ld.waitFor(400)
	p.Collector.Kill() // while the spool is being emptied
	p.Collector.Launch()
	p.Collector.WaitReady()
	ld.stop()
	book.check(p)
	p.Stop()
}

// TestFullSpool fills the spool: the collector says so to the sender and to
// the operator, takes nothing that it can't keep, and recovers by itself.
func TestFullSpool(t *testing.T) {
	t.Parallel() // with each other: both mostly wait for Kafka to be back
	p := pipeline.New(t, stacktest.Isolated(t, 1), pipeline.Options{
		Partitions: 3, Collector: map[string]string{"ODOGRAPH_SPOOL_MAX_BYTES": fmt.Sprint(8 << 20), "ODOGRAPH_KAFKA_WAIT": "500ms"},
	})
	p.Start()
	broker := p.Stack.Kafka(0)
	if err := broker.Kill(); err != nil {
		t.Fatal(err)
	}
	accepted := 0
	push := func() pipeline.Answer {
		items := make([]string, 50)
		for i := range items {
			items[i] = fmt.Sprintf(`{"deviceImei":"%s","gpsTime":"%s","lat":50.1,"lng":8.2,"padding":"%s"}`,
				simulate.MadeUpIMEI(fmt.Sprint(i)), time.Now().UTC().Add(-time.Duration(accepted)*time.Second).Format(time.DateTime), strings.Repeat("x", 2000))
		}
		answer := p.Push("/pushgps", items...)
		if answer.Status == http.StatusOK {
			accepted += len(items)
		}
		return answer
	}
	answer := push()
	for answer.Status == http.StatusOK {
		answer = push()
	}
	if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("the full spool answers %d %s, Retry-After %q", answer.Status, answer.Body, answer.Header.Get("Retry-After"))
	}
	if accepted < 1000 {
		t.Errorf("8 MiB took %d items of 2 kB", accepted)
	}
	if ready, why := p.Collector.Ready(); ready || !strings.Contains(why, "wait for Kafka") {
		t.Errorf("ready: %v, %s", ready, why)
	}
	if err := broker.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Collector.WaitReady()
	if answer := push(); answer.Status != http.StatusOK {
		t.Errorf("emptied, it answers %d %s", answer.Status, answer.Body)
	}
	if a := p.WaitAccounted(time.Minute); a.Items < int64(accepted) {
		t.Errorf("%d items were accepted: %s", accepted, a)
	}
	p.Stop()
}
