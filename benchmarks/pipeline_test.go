// Package benchmarks measures the whole pipeline: the real programs on a real
// Kafka and a real ClickHouse, all on this machine, with the generator of the
// load beside them on the same processors. Figures of one function are in the
// benchmarks beside the code; README.md says how to repeat both.
package benchmarks_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/test/pipeline"
)

var (
	fixes    = flag.Int("fixes", 600_000, "fixes of each measurement of throughput")
	devices  = flag.Int("devices", 2000, "devices that send them")
	duration = flag.Duration("duration", 30*time.Second, "length of each measurement of latency")
)

func TestMain(m *testing.M) { os.Exit(pipeline.Main(m)) }

const (
	lanes       = 32 // connections
	waitTimeout = 10 * time.Minute
)

func newPipeline(b *testing.B) (p *pipeline.Pipeline, address string) {
	b.Helper()
	p = pipeline.New(b, stacktest.Shared(b), pipeline.Options{})
	return p, strings.TrimPrefix(p.URL, "http://")
}

// cpu is the processor time that a program has used.
func cpu(b *testing.B, c *pipeline.Component) time.Duration {
	b.Helper()
	p, err := process.NewProcess(int32(c.PID()))
	if err != nil {
		b.Fatal(err)
	}
	t, err := p.Times()
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration((t.User + t.System) * float64(time.Second))
}

// rate reports n things in a time, and the processor time of each.
func rate(b *testing.B, unit string, n int, took, used time.Duration) {
	b.Helper()
	b.ReportMetric(float64(n)/took.Seconds(), unit+"/s")
	b.ReportMetric(float64(used.Microseconds())/float64(n), "cpu-us/"+unit)
	b.ReportMetric(0, "ns/op") // a run is no operation
}

// BenchmarkCollector is goal P1 without its peer: from a request to the answer,
// which says that Kafka has the items.
func BenchmarkCollector(b *testing.B) {
	for _, batch := range []int{50, 1} {
		b.Run(fmt.Sprintf("items=%d", batch), func(b *testing.B) {
			p, address := newPipeline(b)
			p.Collector.Start()
			n := *fixes
			if batch == 1 {
				n /= 6
			}
			r := makeRequests(b, address, n, *devices, batch, lanes)
			used := cpu(b, p.Collector)
			b.ResetTimer()
			start := time.Now()
			times := r.send(b, address)
			took := time.Since(start)
			b.StopTimer()
			rate(b, "fix", n, took, cpu(b, p.Collector)-used)
			b.ReportMetric(float64(len(times))/took.Seconds(), "requests/s")
			b.ReportMetric(quantile(times, 0.5), "p50-ms")
			b.ReportMetric(quantile(times, 0.99), "p99-ms")
		})
	}
}

// BenchmarkStages fills the raw topic, and then lets the enricher, the sink
// and ClickHouse's own Kafka table engine, one after the other, take a backlog
// as fast as each can: goals P5 and P6.
func BenchmarkStages(b *testing.B) {
	p, address := newPipeline(b)
	p.Collector.Start()
	makeRequests(b, address, *fixes, *devices, 50, lanes).send(b, address)
	p.Collector.Stop()

	b.Run("enricher", func(b *testing.B) {
		start := time.Now()
		p.Enricher.Start()
		waitFor(b, func(ctx context.Context) (bool, error) {
			lag, err := lag(ctx, p, schema.EnricherGroup(p.Prefix), schema.TopicRaw)
			return lag == 0, err
		})
		rate(b, "fix", *fixes, time.Since(start), cpu(b, p.Enricher))
		p.Enricher.Stop()
	})
	b.Run("sink", func(b *testing.B) {
		start := time.Now()
		p.Sink.Start()
		waitFor(b, func(ctx context.Context) (bool, error) {
			lag, err := p.SinkLag(ctx)
			return lag == 0, err
		})
		rate(b, "row", *fixes, time.Since(start), cpu(b, p.Sink))
		p.Sink.Stop()
		if n := p.Count("SELECT count() FROM fixes"); n != int64(*fixes) {
			b.Fatalf("%d rows, want %d", n, *fixes)
		}
	})
	b.Run("kafka-table-engine", func(b *testing.B) { kafkaTableEngine(b, p) })
}

// kafkaTableEngine has ClickHouse itself take the same topic into a table of
// the same columns; it promises to store each record at least once.
func kafkaTableEngine(b *testing.B, p *pipeline.Pipeline) {
	exec := func(sql string) {
		if err := p.Owner.Exec(b.Context(), sql); err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	exec("CREATE TABLE peer AS fixes")
	exec(fmt.Sprintf(`CREATE TABLE peer_queue (imei String, fix_time DateTime64(0, 'UTC'), received_time DateTime64(3, 'UTC'),
		gate_time Nullable(DateTime64(0, 'UTC')), source String, account String, lat Float64, lng Float64, speed_kmh Nullable(Float32),
		heading_deg Nullable(Float32), satellites Nullable(Int32), acc Nullable(Bool), altitude_m Nullable(Float32), odometer_m Nullable(Float64),
		pos_type String, post_method Nullable(Int32), gps_mode Nullable(Int32), status Nullable(Int64), quality Array(String),
		h3_r7 String, h3_r9 String, h3_r11 String, raw_partition Int32, raw_offset Int64)
		ENGINE = Kafka SETTINGS kafka_broker_list = '%s', kafka_topic_list = '%s', kafka_group_name = '%s.peer', kafka_format = 'JSONEachRow',
		kafka_max_block_size = 100000, kafka_poll_max_batch_size = 100000, input_format_skip_unknown_fields = 1, date_time_input_format = 'best_effort'`,
		strings.Join(p.Stack.Brokers(), ","), schema.TopicFixes.Name(p.Prefix), p.Prefix))
	defer exec("DROP TABLE IF EXISTS peer_queue")
	start := time.Now()
	exec(`CREATE MATERIALIZED VIEW peer_view TO peer AS SELECT imei, fix_time, received_time, gate_time, source, account,
		toInt32(round(lat * 1e7)) AS lat_e7, toInt32(round(lng * 1e7)) AS lng_e7, speed_kmh, heading_deg, satellites, acc, altitude_m, odometer_m,
		pos_type, post_method, gps_mode, status, quality, reinterpretAsUInt64(reverse(unhex(leftPad(h3_r7, 16, '0')))) AS h3_r7,
		reinterpretAsUInt64(reverse(unhex(leftPad(h3_r9, 16, '0')))) AS h3_r9, reinterpretAsUInt64(reverse(unhex(leftPad(h3_r11, 16, '0')))) AS h3_r11, raw_partition, raw_offset FROM peer_queue`)
	defer exec("DROP TABLE IF EXISTS peer_view")
	waitFor(b, func(context.Context) (bool, error) {
		return p.CountPhysical("SELECT count() FROM peer") >= int64(*fixes), nil
	})
	took := time.Since(start)
	b.ReportMetric(float64(*fixes)/took.Seconds(), "row/s")
	b.ReportMetric(0, "ns/op")
	if n := p.Count("SELECT count() FROM fixes AS a JOIN peer AS b USING (imei, fix_time) WHERE a.lat_e7 = b.lat_e7 AND a.h3_r9 = b.h3_r9 AND a.received_time = b.received_time"); n != int64(*fixes) {
		b.Fatalf("only %d of %d rows are equal", n, *fixes)
	}
}

// BenchmarkPipeline sends as fast as the collector answers, until each fix is
// a row.
func BenchmarkPipeline(b *testing.B) {
	p, address := newPipeline(b)
	p.Start()
	r := makeRequests(b, address, *fixes, *devices, 50, lanes)
	start := time.Now()
	r.send(b, address)
	answered := time.Since(start)
	waitFor(b, func(context.Context) (bool, error) {
		return p.CountPhysical("SELECT count() FROM fixes") >= int64(*fixes), nil
	})
	took := time.Since(start)
	b.ReportMetric(float64(*fixes)/took.Seconds(), "fix/s")
	b.ReportMetric(float64(*fixes)/answered.Seconds(), "answered/s")
	b.ReportMetric(0, "ns/op")
	if a := p.WaitAccounted(waitTimeout); a.Items != int64(*fixes) {
		b.Fatalf("%s", a)
	}
	p.Stop()
}

// lag is how many records of a topic a group has not taken.
func lag(ctx context.Context, p *pipeline.Pipeline, group string, topic schema.Topic) (int64, error) {
	ends, err := p.Kafka.ListCommittedOffsets(ctx, topic.Name(p.Prefix))
	if err != nil {
		return 0, err
	}
	committed, err := p.Kafka.FetchOffsets(ctx, group)
	if err != nil {
		return 0, err
	}
	var n int64
	ends.Each(func(o kadm.ListedOffset) {
		at := int64(0)
		if c, ok := committed.Lookup(o.Topic, o.Partition); ok {
			at = max(at, c.At)
		}
		n += o.Offset - at
	})
	return n, ends.Error()
}

// waitFor asks often, and fails the benchmark after waitTimeout.
func waitFor(b *testing.B, done func(context.Context) (bool, error)) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), waitTimeout)
	defer cancel()
	for {
		ok, err := done(ctx)
		if ok && err == nil {
			return
		}
		select {
		case <-ctx.Done():
			b.Fatalf("not done after %s: %v", waitTimeout, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
