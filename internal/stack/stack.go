package stack

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Stack is a Kafka and a ClickHouse that answer.
type Stack struct {
	options Options
	state   state
	kind    Kind

	kafka      []*Process // none when the brokers are not processes of this package
	clickhouse *Process   // likewise nil

	closers []func(context.Context) error // end what is not a Process

	brokers        []string
	clickhouseDSN  *url.URL // without database; without user unless the environment gave one
	clickhouseHTTP string
}

// state is what a later start needs to know of an earlier one.
type state struct {
	ClusterID          string        `json:"cluster_id"`
	Kafka              []brokerPorts `json:"kafka"`
	ClickHousePort     int           `json:"clickhouse_port"`
	ClickHouseHTTPPort int           `json:"clickhouse_http_port"`
}

type brokerPorts struct {
	Port           int `json:"port"`
	ControllerPort int `json:"controller_port"`
}

// Start brings up the stack in o.Dir with real engines as processes of this
// machine, and returns when they answer. What already runs there is kept, what
// does not is started on its old data. When an engine cannot be started, what
// this call has started is stopped again.
func Start(ctx context.Context, o Options) (*Stack, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	s, unlock, err := plan(ctx, o, KindNative)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := s.bringUp(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// plan locks the folder and decides on ports and processes.
func plan(ctx context.Context, o Options, kind Kind) (_ *Stack, unlock func(), err error) {
	if err := os.MkdirAll(filepath.Join(o.Dir, "logs"), 0o750); err != nil {
		return nil, nil, fmt.Errorf("stack: %w", err)
	}
	// An engine is recognised by a path, so each folder needs one name.
	if o.Dir, err = filepath.EvalSymlinks(o.Dir); err != nil {
		return nil, nil, fmt.Errorf("stack: folder: %w", err)
	}
	unlock, err = lockFile(ctx, filepath.Join(o.Dir, "lock"))
	if err != nil {
		return nil, nil, err
	}
	s := &Stack{options: o, kind: kind}
	err = s.loadState()
	if err == nil {
		err = s.planPorts()
	}
	if err != nil {
		unlock()
		return nil, nil, err
	}
	s.build()
	return s, unlock, nil
}

// Open returns the stack of a folder as it is, running or not, without
// starting anything. A folder without a stack is an error that wraps
// [os.ErrNotExist].
func Open(dir string) (*Stack, error) {
	o, err := Options{Dir: dir}.withDefaults()
	if err != nil {
		return nil, err
	}
	if o.Dir, err = filepath.EvalSymlinks(o.Dir); err != nil {
		return nil, fmt.Errorf("stack: folder: %w", err)
	}
	s := &Stack{options: o, kind: KindNative}
	if err := s.loadState(); err != nil {
		return nil, err
	}
	if len(s.state.Kafka) == 0 {
		return nil, fmt.Errorf("stack: no stack in %s: %w", o.Dir, os.ErrNotExist)
	}
	s.build()
	return s, nil
}

// Down stops the stack of a folder in good order; its data stays. A folder
// without a stack is no error.
func Down(ctx context.Context, dir string) error {
	s, err := Open(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	unlock, err := lockFile(ctx, filepath.Join(s.options.Dir, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	return s.Stop(ctx)
}

// Stop stops all engines in good order, the brokers at the same time: a
// broker's orderly stop needs a majority of controllers. The data of native
// engines stays.
func (s *Stack) Stop(ctx context.Context) error {
	var group errgroup.Group
	for _, p := range s.processes() {
		group.Go(func() error { return p.Stop(ctx) })
	}
	for _, end := range s.takeClosers() {
		group.Go(func() error { return end(ctx) })
	}
	return group.Wait()
}

// takeClosers empties the list, so that each is called once.
func (s *Stack) takeClosers() []func(context.Context) error {
	closers := s.closers
	s.closers = nil
	return closers
}

// Kill ends all engines as kill -9 does.
func (s *Stack) Kill() error {
	var group errgroup.Group
	for _, end := range s.takeClosers() {
		group.Go(func() error { return end(context.Background()) })
	}
	for _, p := range s.processes() {
		group.Go(func() error {
			if !p.Running() {
				return nil
			}
			return p.Kill()
		})
	}
	return group.Wait()
}

// Brokers returns the addresses of the Kafka brokers.
func (s *Stack) Brokers() []string { return slices.Clone(s.brokers) }

// Kind tells what answers behind the addresses.
func (s *Stack) Kind() Kind { return s.kind }

// Kafka returns broker i, counted from 0. Only a native stack has brokers that
// can be stopped, killed and paused.
func (s *Stack) Kafka(i int) *Process { return s.kafka[i] }

// ClickHouse returns the ClickHouse engine of a native stack, nil otherwise.
func (s *Stack) ClickHouse() *Process { return s.clickhouse }

// Dir returns the folder of data, settings and logs.
func (s *Stack) Dir() string { return s.options.Dir }

func (s *Stack) processes() []*Process {
	if s.clickhouse == nil {
		return s.kafka
	}
	return append(slices.Clone(s.kafka), s.clickhouse)
}

func (s *Stack) logPath(name string) string { return filepath.Join(s.options.Dir, "logs", name) }

func (s *Stack) stateFile() string { return filepath.Join(s.options.Dir, "stack.json") }

// build makes the processes and addresses that follow from the state.
func (s *Stack) build() {
	s.kafka, s.brokers = nil, nil
	for i, b := range s.state.Kafka {
		s.kafka = append(s.kafka, s.newBroker(i))
		s.brokers = append(s.brokers, address(b.Port))
	}
	s.clickhouse = s.newEngine()
	s.clickhouseDSN = &url.URL{Scheme: "clickhouse", Host: address(s.state.ClickHousePort)}
	s.clickhouseHTTP = "http://" + address(s.state.ClickHouseHTTPPort)
}

func (s *Stack) loadState() error {
	content, err := os.ReadFile(s.stateFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	if err := json.Unmarshal(content, &s.state); err != nil {
		return fmt.Errorf("stack: %s is damaged: %w: stop what runs from %s and delete the folder", s.stateFile(), err, s.options.Dir)
	}
	return nil
}

// saveState replaces the file as a whole: a crash leaves the old or the new one.
func (s *Stack) saveState() error {
	content, err := json.MarshalIndent(s.state, "", "  ")
	if err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	if err := writeFiles(s.options.Dir, map[string][]byte{"stack.json.new": content}); err != nil {
		return err
	}
	if err := os.Rename(s.stateFile()+".new", s.stateFile()); err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	return nil
}

// newClusterID returns a random id in the form Kafka uses, which does not begin
// with a dash: Kafka's tools would take it for an option.
func newClusterID() string {
	for {
		var id [16]byte
		_, _ = rand.Read(id[:]) // never fails
		if s := base64.RawURLEncoding.EncodeToString(id[:]); s[0] != '-' {
			return s
		}
	}
}
