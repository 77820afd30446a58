package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/odograph/odograph/internal/stack"
	"github.com/odograph/odograph/pkg/jimi/jimitest"
)

// A demo is the whole pipeline on this machine, fed by the simulated platform:
// it pushes, and it is polled.
type demo struct {
	stack   stack.Options
	length  time.Duration
	devices int
	every   time.Duration

	out     io.Writer
	engine  *stack.Stack
	parts   []*component
	url     string // of the collector
	began   time.Time
	stopped time.Time // when the fleet was stopped

	platform     *jimitest.Platform
	server       *http.Server
	served       string       // address of the platform
	acknowledged atomic.Int64 // pushed items
}

func demoCommand() *cobra.Command {
	d := demo{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the whole pipeline on this machine with the simulated platform",
		Long: `Run the whole pipeline on this machine: Kafka, ClickHouse, collector, enricher,
sink, and the simulated platform. Its fleet sends genuine pushes, some of them
twice, late or spoilt, and the collector polls it. Most fixes of the half hour
before the start were never pushed: the collector finds that and asks for them.
So there are trips, stops and driving events from the beginning on.

Progress is shown while it runs. At the end every number of the summary is the
answer of a query, as the user "reader" sees it; beside it stands what the
vehicles truly did, which the simulated platform knows.

It runs until Ctrl-C or for --for, and stops everything that it started. The
data stays in the stack's folder; "odograph stack up" serves it again.`,
		Example: `  odograph demo --for 30s
  odograph demo --devices 500 --interval 2s`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.out = cmd.OutOrStdout()
			return d.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.DurationVar(&d.length, "for", 0, "how long (0: until Ctrl-C)")
	f.IntVar(&d.devices, "devices", 60, "vehicles of the fleet")
	f.DurationVar(&d.every, "interval", time.Second, "time between a vehicle's fixes")
	f.StringVar(&d.stack.Dir, "dir", ".stack", "folder of the stack's data, settings and logs")
	f.IntVar(&d.stack.KafkaPort, "kafka-port", 9092, "port of Kafka; 0 takes a free one")
	f.IntVar(&d.stack.ClickHousePort, "clickhouse-port", 9000, "port of ClickHouse's native protocol; 0 takes a free one")
	f.IntVar(&d.stack.ClickHouseHTTPPort, "clickhouse-http-port", 8123, "port of ClickHouse's HTTP interface; 0 takes a free one")
	return cmd
}

const (
	demoToken      = "demo-token"
	drainTimeout   = 2 * time.Minute
	summaryTimeout = time.Minute
)

func (d *demo) say(format string, args ...any) { _, _ = fmt.Fprintf(d.out, format+"\n", args...) }

func (d *demo) run(ctx context.Context) (err error) {
	runtime.LockOSThread() // for ever: endWithParent watches this thread
	keep, err := d.startStack(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.stop(context.WithoutCancel(ctx), keep)) }()
	if err := d.setup(ctx); err != nil {
		return err
	}
	if err := d.startPlatform(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.server.Close()) }()
	if err := d.defineFences(ctx); err != nil {
		return err
	}
	if err := d.startParts(ctx); err != nil {
		return err
	}
	reader, err := openReader(d.engine)
	if err != nil {
		return err
	}
	defer reader.Close()

	d.say("\n%d vehicles drive, each with a fix every %s. %s Look around:\n%s\n", d.devices, d.every, untilText(d.length), d.addresses())
	if err := d.drive(ctx, reader); err != nil {
		return err
	}
	// The summary is worth having after Ctrl-C, too.
	drainCtx, cancelDrain := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancelDrain()
	if err := d.drain(drainCtx, reader); err != nil {
		return err
	}
	summaryCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), summaryTimeout)
	defer cancel()
	return d.summary(summaryCtx, reader)
}

func untilText(length time.Duration) string {
	if length == 0 {
		return "Ctrl-C ends it with a summary."
	}
	return fmt.Sprintf("It ends by itself after %s, or with Ctrl-C.", length)
}

// startStack gives the engines; keep tells that they ran before.
func (d *demo) startStack(ctx context.Context) (keep bool, err error) {
	d.say("Starting Kafka and ClickHouse (the first time they are downloaded, about 230 MB)…")
	d.stack.AllowFake = true
	d.stack.Log = func(format string, args ...any) { d.say("  "+format, args...) }
	keep = d.running(ctx)
	start := time.Now()
	if d.engine, err = stack.Provide(ctx, d.stack); err != nil {
		return false, err
	}
	keep = keep || d.engine.Kind() == stack.KindEnvironment
	d.say("  ready in %s: Kafka %s, ClickHouse %s", time.Since(start).Round(100*time.Millisecond), strings.Join(d.engine.Brokers(), ","), d.engine.ClickHouseAddress())
	return keep, nil
}

// running tells whether a stack already serves from the folder.
func (d *demo) running(ctx context.Context) bool {
	s, err := stack.Open(d.stack.Dir)
	if err != nil {
		return false
	}
	for _, e := range s.Status(ctx) {
		if e.PID == 0 || e.Err != nil {
			return false
		}
	}
	return true
}

func (d *demo) setup(ctx context.Context) error {
	cfg := defaultSetupConfig()
	cfg.KafkaBrokers = d.engine.Brokers()
	cfg.ClickHouseDSN = secretOf(d.engine.ClickHouseDSN("migrator"))
	if err := setupTopics(ctx, &cfg, io.Discard); err != nil {
		return err
	}
	return setupSchema(ctx, &cfg, io.Discard)
}

// startParts starts the components as processes of their own.
func (d *demo) startParts(ctx context.Context) error {
	bin, err := os.Executable()
	if err != nil {
		return err
	}
	listen, admin := pickPort(8080), []int{pickPort(9101), pickPort(9102), pickPort(9103)}
	d.url = fmt.Sprintf("http://127.0.0.1:%d", listen)
	dir, err := filepath.Abs(d.stack.Dir)
	if err != nil {
		return err
	}
	rules := filepath.Join(dir, demoRulesFile)
	if err := os.WriteFile(rules, []byte(demoRules), 0o644); err != nil { //nolint:gosec // for everyone to read
		return err
	}
	kafka := "ODOGRAPH_KAFKA_BROKERS=" + strings.Join(d.engine.Brokers(), ",")
	d.parts = []*component{
		{name: "sink", admin: admin[2], env: []string{kafka, "ODOGRAPH_CLICKHOUSE_DSN=" + d.engine.ClickHouseDSN("sink")}},
		{name: "enricher", admin: admin[1], env: []string{kafka, "ODOGRAPH_RULES=" + rules}},
		{name: "collector", admin: admin[0], env: []string{
			kafka, "ODOGRAPH_PUSH_TOKENS=" + demoToken,
			"ODOGRAPH_LISTEN=127.0.0.1:" + strconv.Itoa(listen), "ODOGRAPH_SPOOL_DIR=" + filepath.Join(dir, "spool"),
		}},
	}
	d.parts[2].env = append(d.parts[2].env, d.pollSettings()...)
	for _, p := range d.parts {
		p.path, p.log = filepath.Join(filepath.Dir(bin), p.name), filepath.Join(dir, "logs", p.name+".log")
		if err := p.start(); err != nil {
			return err
		}
	}
	d.say("Starting collector, enricher and sink (logs in %s)…", filepath.Join(d.stack.Dir, "logs"))
	for _, p := range d.parts {
		if err := p.waitReady(ctx); err != nil {
			return err
		}
	}
	return nil
}

// The past of the demo, before its start: what the fleet made from sinceWhen on
// comes, but its fixes from cutBefore on for cutLength were never pushed.
const (
	sinceWhen = 30 * time.Minute
	cutBefore = 29 * time.Minute
	cutLength = 28 * time.Minute
)

const demoRulesFile = "demo-rules.yaml"

// demoRules are the rules beside the defaults: the simulated fleet has a speed
// limit and cooled cargo.
var demoRules = fmt.Sprintf(`# Rules of the demo; what is not here is as "odograph rules" prints it.
version: demo-1
speeding: {own_limit_kmh: {car: %d, van: %[1]d, truck: %[1]d, bus: %[1]d, motorcycle: %[1]d}}
temperature: {default_max_c: %d}
`, jimitest.SpeedLimitKMH, jimitest.TemperatureMaxC)

// startPlatform serves the simulated platform.
func (d *demo) startPlatform() error {
	now := time.Now()
	d.platform = jimitest.New(jimitest.Options{
		Seed: now.UnixNano(), Devices: d.devices, FixEvery: d.every, Start: now.Add(-2 * time.Hour), Messy: true, LeaveOut: 0.05,
	})
	d.platform.CutPush(d.cut(now))
	d.began = now
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	d.served = l.Addr().String()
	d.server = &http.Server{Handler: d.platform, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = d.server.Serve(l) }()
	return nil
}

func (d *demo) cut(began time.Time) (from, to time.Time) {
	from = began.Add(-cutBefore).UTC().Truncate(time.Second)
	return from, from.Add(cutLength)
}

// pollSettings have shorter intervals than one would use: a demo is short.
func (d *demo) pollSettings() []string {
	a := d.platform.Account()
	return []string{
		"ODOGRAPH_TRACKSOLID_URL=http://" + d.served + "/route/rest", "ODOGRAPH_TRACKSOLID_ALLOW_HTTP=true",
		"ODOGRAPH_TRACKSOLID_APP_KEY=" + a.AppKey, "ODOGRAPH_TRACKSOLID_APP_SECRET=" + a.AppSecret,
		"ODOGRAPH_TRACKSOLID_USER=" + a.User, "ODOGRAPH_TRACKSOLID_PASSWORD_MD5=" + a.PasswordMD5,
		"ODOGRAPH_FLEET_POLL=5s", "ODOGRAPH_ALARM_POLL=10s", "ODOGRAPH_OBD_POLL=10s", "ODOGRAPH_REPORT_POLL=1h", "ODOGRAPH_STALE_AFTER=10s",
		"ODOGRAPH_GAP_EVERY=2s", "ODOGRAPH_GAP_GRACE=2s", "ODOGRAPH_POLL_RATE=6000",
	}
}

// drive lets the fleet drive and shows what arrives.
func (d *demo) drive(ctx context.Context, reader clickhouse.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if d.length > 0 {
		ctx, cancel = context.WithTimeout(ctx, d.length)
		defer cancel()
	}
	sent := make(chan error, 1)
	go func() {
		_, err := d.platform.Push(ctx, jimitest.PushOptions{
			URL: d.url, Token: demoToken, Since: d.began.Add(-sinceWhen), Duplicates: 0.03, Disorder: 0.02, Faults: 0.004, OpenAPI: true, Tag: true,
			OnAccepted: func(items int) { d.acknowledged.Add(int64(items)) },
		})
		sent <- err
	}()
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case err := <-sent:
			return err
		case <-t.C:
			if err := d.failure(); err != nil {
				return err
			}
			d.progress(ctx, reader)
		}
	}
}

// failure names a component that has ended by itself.
func (d *demo) failure() error {
	for _, p := range d.parts {
		if err := p.ended(); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) progress(ctx context.Context, reader clickhouse.Conn) {
	r, err := d.countRows(ctx, reader)
	var e eventCounts
	if err == nil {
		e, err = d.countEvents(ctx, reader)
	}
	if err != nil {
		if end, ok := ctx.Deadline(); ctx.Err() == nil && (!ok || time.Until(end) > time.Second) {
			d.say("  ClickHouse does not answer: %v", err)
		}
		return
	}
	line := fmt.Sprintf("%4.0fs  pushed %6d  polled %6d  fixes %6d  to come %5d | trips %4d  stops %4d  harsh %4d  speeding %3d  sensors %3d  fences %3d | p50 %5.0f ms  p99 %5.0f ms",
		time.Since(d.began).Seconds(), d.acknowledged.Load(), r.polled, r.rows["fixes"], max(0, d.acknowledged.Load()-r.pushed),
		e.trips, e.stops, e.harsh, e.speeding, e.conditions, e.fences, r.p50, r.p99)
	if f, ok := d.out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 1 {
			line = line[:min(len(line), width-1)]
		}
		_, _ = fmt.Fprintf(d.out, "\r\x1b[K%s", line)
		return
	}
	d.say("%s", line)
}

// fleet is what the IMEIs of this run begin with.
func (d *demo) fleet() string { return d.platform.IMEIs()[0][:8] }

// stop ends what the demo started, in reverse.
func (d *demo) stop(ctx context.Context, keepEngines bool) error {
	var errs []error
	for i := len(d.parts) - 1; i >= 0; i-- {
		errs = append(errs, d.parts[i].stop())
	}
	if keepEngines {
		d.say("Kafka and ClickHouse ran before and go on.")
		return errors.Join(errs...)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	errs = append(errs, d.engine.Stop(ctx))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	d.say("Everything is stopped; the data stays in %s. To look at it: bin/odograph stack up --dir %s, and open the SQL page that it names", d.stack.Dir, d.stack.Dir)
	return nil
}
