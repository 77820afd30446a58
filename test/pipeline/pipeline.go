// Package pipeline runs Odograph's real programs, as child processes, on a real
// Kafka and a real ClickHouse, for tests of the whole.
//
//	func TestMain(m *testing.M) { os.Exit(pipeline.Main(m)) }
//
//	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{}) // topics and schema are set up
//	p.Start()                                                     // returns when all are ready
//	answer := p.Push("/pushgps", items…)
//	p.WaitAccounted(time.Minute)                                  // every raw item is exactly one row
//	p.Reader.QueryRow(ctx, "SELECT count() FROM fixes")           // as analysts see it
//	p.Enricher.Kill(); p.Enricher.Start()
//	p.Stop()                                                      // in good order
//
// A test that fails prints the end of each program's log. ODOGRAPH_TEST_LOGS
// names a folder in which the whole logs stay, ODOGRAPH_TEST_LOG_LEVEL how much
// is in them; ODOGRAPH_TEST_BINARIES the folder of the programs, where they have
// just been built.
package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/stack"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
)

// Token is the push token that the collector accepts.
const Token = "end-to-end"

// Options say how a pipeline differs from the defaults.
type Options struct {
	Partitions  int // of each topic; 0: 12
	Replication int // copies of each partition; 0: 1

	// Settings of the programs by environment name, beyond those that the
	// pipeline sets itself.
	Collector, Enricher, Sink map[string]string

	CollectorFile string // of further settings, given by --config
}

// A Pipeline is one collector, one enricher and one sink with topics and a
// database of their own.
type Pipeline struct {
	Stack                     *stack.Stack
	Collector, Enricher, Sink *Component

	Prefix   string // of the topics
	Database string
	URL      string // of the collector

	Reader driver.Conn // of the user reader: final = 1, as analysts see the rows
	Owner  driver.Conn // of the user default: every row that is on disk
	Kafka  *kadm.Client

	tb testing.TB
}

// New sets topics and schema up with odograph setup and prepares the programs.
// What runs of it is ended with the test.
func New(tb testing.TB, s *stack.Stack, o Options) *Pipeline {
	tb.Helper()
	p := &Pipeline{tb: tb, Stack: s, Prefix: stacktest.TopicPrefix(tb, s), Database: stacktest.Database(tb, s)}
	p.setup(o)
	p.Reader, p.Owner = p.connect("reader"), p.connect("default")
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Brokers()...))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(client.Close)
	p.Kafka = kadm.NewClient(client)

	logs := logDir(tb)
	p.Collector, p.URL = p.newCollector("test", o.Collector)
	if o.CollectorFile != "" {
		p.Collector.args = []string{"--config", o.CollectorFile}
	}
	p.Enricher = newComponent(tb, "enricher", logs, p.environment("sink"), o.Enricher)
	p.Sink = newComponent(tb, "sink", logs, p.environment("sink"), o.Sink)
	return p
}

// AnotherCollector prepares one more collector beside the first.
func (p *Pipeline) AnotherCollector(instance string, settings map[string]string) *Component {
	c, _ := p.newCollector(instance, settings)
	return c
}

func (p *Pipeline) newCollector(instance string, settings map[string]string) (c *Component, address string) {
	listen := freeAddress(p.tb)
	c = newComponent(p.tb, "collector", logDir(p.tb), p.environment("sink"), settings, map[string]string{
		"ODOGRAPH_LISTEN": listen, "ODOGRAPH_PUSH_TOKENS": Token, "ODOGRAPH_SPOOL_DIR": filepath.Join(p.tb.TempDir(), "spool"),
		"ODOGRAPH_INSTANCE": instance,
	})
	return c, "http://" + listen
}

// CollectorSettings is the environment of a command that is run beside the
// collector.
func (p *Pipeline) CollectorSettings() []string { return p.Collector.env }

// Run runs a program to its end and gives all that it wrote, and its status.
func Run(tb testing.TB, name string, env []string, args ...string) (out string, status int) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(tb, name), args...)
	cmd.Env = env
	b, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		tb.Fatalf("%s %v: %v", name, args, err)
	}
	return string(b), cmd.ProcessState.ExitCode()
}

// setup runs odograph setup.
func (p *Pipeline) setup(o Options) {
	p.tb.Helper()
	cmd := exec.Command(binary(p.tb, "odograph"), "setup")
	env := p.environment("migrator")
	env["ODOGRAPH_PARTITIONS"] = strconv.Itoa(max(o.Partitions, 0))
	if o.Partitions == 0 {
		env["ODOGRAPH_PARTITIONS"] = "12"
	}
	env["ODOGRAPH_REPLICATION"] = strconv.Itoa(max(o.Replication, 1))
	cmd.Env = environ(env)
	if out, err := cmd.CombinedOutput(); err != nil {
		p.tb.Fatalf("odograph setup: %v\n%s", err, out)
	}
}

// environment is what all programs are told.
func (p *Pipeline) environment(user string) map[string]string {
	return map[string]string{
		"ODOGRAPH_KAFKA_BROKERS":  strings.Join(p.Stack.Brokers(), ","),
		"ODOGRAPH_TOPIC_PREFIX":   p.Prefix,
		"ODOGRAPH_CLICKHOUSE_DSN": p.Stack.ClickHouseDatabaseDSN(user, p.Database),
		"ODOGRAPH_INSTANCE":       "test",
	}
}

func (p *Pipeline) connect(user string) driver.Conn {
	p.tb.Helper()
	opts, err := clickhouse.ParseDSN(p.Stack.ClickHouseDatabaseDSN(user, p.Database))
	if err != nil {
		p.tb.Fatal(err)
	}
	conn, err := clickhouse.Open(opts)
	if err != nil {
		p.tb.Fatal(err)
	}
	p.tb.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Components are the three programs, in the order of the data.
func (p *Pipeline) Components() []*Component { return []*Component{p.Collector, p.Enricher, p.Sink} }

// Start starts the programs and returns when all are ready.
func (p *Pipeline) Start() {
	p.tb.Helper()
	for _, c := range p.Components() {
		c.Launch()
	}
	for _, c := range p.Components() {
		c.WaitReady()
	}
}

// Stop stops the programs in good order, the first first, and fails the test
// where one does not end well.
func (p *Pipeline) Stop() {
	p.tb.Helper()
	for _, c := range p.Components() {
		c.Stop()
	}
}

// SinkLag is how many records the sink still has to store; transaction markers
// count as records.
func (p *Pipeline) SinkLag(ctx context.Context) (int64, error) {
	ends, err := kafka.CommittedEnds(ctx, p.Kafka, p.sinkTopics()...)
	if err != nil {
		return 0, err
	}
	return kafka.Lag(ctx, p.Kafka, schema.SinkGroup(p.Prefix), ends)
}

// sinkTopics are those whose records become rows.
func (p *Pipeline) sinkTopics() []string {
	var out []string
	for _, t := range schema.Topics {
		if t.Topic != schema.TopicRaw && t.Topic != schema.TopicState && t.Topic != schema.TopicPolls {
			out = append(out, t.Topic.Name(p.Prefix))
		}
	}
	return out
}

// logDir is the folder of the programs' logs.
func logDir(tb testing.TB) string {
	tb.Helper()
	root := os.Getenv("ODOGRAPH_TEST_LOGS")
	if root == "" {
		return tb.TempDir()
	}
	dir := filepath.Join(root, strings.ReplaceAll(tb.Name(), "/", "_"))
	if err := os.MkdirAll(dir, 0o750); err != nil { //nolint:gosec // the folder is named by who runs the tests
		tb.Fatal(err)
	}
	return dir
}

// freeAddress is a free one of the loopback, below the ports that systems hand
// out to outgoing connections: it has to stay free while its program is down.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	for range 1000 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(12000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	tb.Fatal("found no free port between 20000 and 32000")
	return ""
}

// client is for short requests to the programs.
var client = &http.Client{Timeout: 30 * time.Second}
