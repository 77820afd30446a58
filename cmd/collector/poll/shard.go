package poll

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/polls"
	"github.com/odograph/odograph/pkg/coverage"
	"github.com/odograph/odograph/pkg/schema"
)

// A shard is one owned partition: what has come of its devices, and the polls
// that fill what has not.
type shard struct {
	p      *Poller
	number int32
	log    *slog.Logger
	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	devices map[string]*tracked
	seen    time.Time // everything that was received until then has come through the enricher
}

// tracked is one device of a shard.
type tracked struct {
	coverage.Device
	heard   time.Time // fix time, or the time of a heartbeat
	asked   []asked
	loaded  bool           // asked was read from the ledger
	busy    bool           // a track is being asked for
	failed  bool           // the last question was not answered
	told    map[int64]told // by the hour's beginning
	nextRun time.Time      // of the blanket track poll
}

func (p *Poller) newShard(ctx context.Context, n int32) *shard {
	ctx, cancel := context.WithCancel(ctx)
	s := &shard{p: p, number: n, log: p.log.With("partition", n), cancel: cancel, done: make(chan struct{}), devices: map[string]*tracked{}}
	go func() {
		defer close(s.done)
		var all sync.WaitGroup
		defer all.Wait()
		all.Go(func() { s.reconcile(ctx) })
		all.Go(func() { s.tracks(ctx) })
		all.Go(func() { s.completeness(ctx) })
		for _, j := range p.jobs() {
			for _, a := range p.accounts {
				all.Go(func() { s.repeat(ctx, a, j) })
			}
		}
	}()
	return s
}

func (s *shard) device(imei string) *tracked {
	t := s.devices[imei]
	if t == nil {
		t = &tracked{told: map[int64]told{}}
		s.devices[imei] = t
	}
	return t
}

// take looks at what became of items.
func (s *shard) take(topic schema.Topic, records []*kgo.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var fix schema.Fix
	for _, r := range records {
		switch topic {
		case schema.TopicFixes:
			if err := fix.DecodeJSON(r.Value); err == nil {
				t := s.device(fix.IMEI)
				t.Add(&s.p.settings, &fix)
				s.saw(t, fix.FixTime, fix.ReceivedTime)
			}
		case schema.TopicRepeats:
			var repeat schema.Repeat
			if err := repeat.DecodeJSON(r.Value); err == nil {
				s.saw(s.device(repeat.IMEI), repeat.EventTime, repeat.ReceivedTime)
			}
		case schema.TopicHeartbeats:
			var beat schema.Heartbeat
			if err := schema.Decode(r.Value, &beat); err == nil {
				t := s.device(beat.IMEI)
				t.Ignition(beat.EventTime, beat.ACC.Valid && beat.ACC.Value)
				s.saw(t, beat.EventTime, beat.ReceivedTime)
			}
		case schema.TopicAlarms:
			s.alarm(r.Value)
		}
	}
}

func (s *shard) saw(t *tracked, at, received time.Time) {
	if at.After(t.heard) {
		t.heard = at
	}
	if received.After(s.seen) {
		s.seen = received
	}
}

// freshAlarm bounds for which alarms the device's position is worth a call.
const freshAlarm = 2 * time.Minute

// alarm asks where a device is that raised an alarm without a position.
func (s *shard) alarm(value []byte) {
	var a schema.Alarm
	if err := schema.Decode(value, &a); err != nil {
		return
	}
	if !a.Lat.Valid && time.Since(a.ReceivedTime) < freshAlarm {
		if acc := s.p.accountOf(a.IMEI); acc != nil {
			acc.locate.add(a.IMEI, 0)
		}
	}
}

// accountOf is the polled account that has a device; nil where none has.
func (p *Poller) accountOf(imei string) *account {
	d, ok := p.ledger.Device(imei)
	if !ok {
		return nil
	}
	return p.accounts[d.Account]
}

// mine are the devices of an account that belong to the shard.
func (s *shard) mine(ctx context.Context, a *account) ([]string, error) {
	n, err := s.p.ledger.Partitions(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for imei, d := range s.p.ledger.Devices() {
		if d.Account == a.Name && polls.Partition(imei, n) == s.number {
			out = append(out, imei)
		}
	}
	return out, nil
}

func (s *shard) warn(what string, a *account, err error) {
	s.log.Warn(what, "account", a.Name, "error", err)
}
