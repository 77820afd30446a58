package poll

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/odograph/odograph/pkg/coverage"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// asked is a time for which the platform was asked for a device's track.
type asked struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	At    time.Time `json:"at"` // of the last answer
	Times int       `json:"times"`
	Rows  int       `json:"rows"` // of the last answer
}

func (a *asked) covers(h coverage.Hole) bool { return !a.From.After(h.From) && !a.To.Before(h.To) }

const (
	// nearHoles are asked for with one question: a track answer costs by the
	// call, not by the row.
	nearHoles = 10 * time.Minute
	// passing is how long the rows of an answer may take through the enricher
	// before a hole counts as still there.
	passing = time.Minute
)

// askAgain is when a hole that the platform could not fill is asked for again:
// a device that was out of coverage may send its store later.
var askAgain = []time.Duration{15 * time.Minute, 2 * time.Hour}

// A task is one question for one device's track.
type task struct {
	imei  string
	hole  coverage.Hole
	found bool // a hole, not a blanket window
}

// reconcile looks for holes and asks the platform for exactly them.
func (s *shard) reconcile(ctx context.Context) {
	for sleep(ctx, s.p.spread(s.p.cfg.GapEvery)) {
		if s.p.cfg.TrackPoll == trackOff || s.p.cfg.TrackPoll == trackBlanket {
			continue
		}
		for _, t := range s.ready(time.Now()) {
			if ctx.Err() != nil {
				return
			}
			if a := s.p.accountOf(t.imei); a == nil || !a.client.Budget().OK() {
				continue // completeness tells; the hole waits
			}
			s.ask(ctx, t)
		}
	}
}

// ready are the holes that will not fill themselves any more and that have not
// been asked for, the oldest first.
func (s *shard) ready(now time.Time) []task {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []task
	for imei, t := range s.devices {
		if s.p.accountOf(imei) == nil || t.busy {
			continue
		}
		s.load(imei, t)
		holes := slices.DeleteFunc(t.Holes(&s.p.settings, now.Add(-s.p.settings.Window)), func(h coverage.Hole) bool {
			return s.seen.Before(h.To.Add(s.p.cfg.GapGrace)) || !t.shouldAsk(h, now)
		})
		for _, h := range coverage.Merge(holes, nearHoles) {
			out = append(out, task{imei, h, true})
		}
	}
	slices.SortFunc(out, func(a, b task) int { return a.hole.From.Compare(b.hole.From) })
	return out
}

// shouldAsk tells whether the platform is to be asked for a hole now.
func (t *tracked) shouldAsk(h coverage.Hole, now time.Time) bool {
	for i := range t.asked {
		a := &t.asked[i]
		if !a.covers(h) {
			continue
		}
		switch {
		case a.Times > len(askAgain):
			return false
		case now.Sub(a.At) < askAgain[a.Times-1]:
			return false
		}
	}
	return true
}

// load reads what was asked for by this collector or another before.
func (s *shard) load(imei string, t *tracked) {
	if t.loaded {
		return
	}
	t.loaded = true
	if _, err := s.p.ledger.Get("asked/"+imei, &t.asked); err != nil {
		s.log.Warn("what was asked before is not known", "imei", imei, "error", err)
	}
}

// ask fetches one stretch of a device's track into the raw topic. It runs
// beside others, as many at a time as the account allows.
func (s *shard) ask(ctx context.Context, t task) {
	a := s.p.accountOf(t.imei)
	if a == nil || a.slots.Acquire(ctx, 1) != nil {
		return
	}
	s.mu.Lock()
	d := s.device(t.imei)
	d.busy = true
	s.mu.Unlock()
	go func() {
		defer a.slots.Release(1)
		rows, err := s.track(ctx, a, t.imei, t.hole.From, t.hole.To)
		if err == nil {
			s.p.metrics.asked.Inc()
			err = s.note(ctx, t, rows)
		}
		s.mu.Lock()
		d.busy, d.failed = false, err != nil
		s.mu.Unlock()
		if err != nil && ctx.Err() == nil && openapi.ClassOf(err) != openapi.ClassQuota {
			s.log.Warn("a hole could not be asked for, trying again", "imei", t.imei, "from", t.hole.From, "to", t.hole.To, "error", err)
		}
	}()
}

// track fetches all fixes of a device from one time to another.
func (s *shard) track(ctx context.Context, a *account, imei string, from, to time.Time) (rows int, err error) {
	b := newBatcher(s.p, a, "poll.track_list", schema.SourceTrackList)
	err = openapi.Each(ctx, a.client, &openapi.TrackList, openapi.TrackListParams{IMEI: imei, Begin: from, End: to},
		func(r openapi.Row[openapi.TrackPoint]) error { return b.add(ctx, imei, r.JSON) })
	if err := errors.Join(err, b.flush(ctx)); err != nil {
		return b.rows, err
	}
	return b.rows, nil
}

// note remembers that a hole was asked for, here and for the next owner.
func (s *shard) note(ctx context.Context, t task, rows int) error {
	s.mu.Lock()
	d := s.device(t.imei)
	s.load(t.imei, d)
	now := time.Now().UTC()
	next := asked{From: t.hole.From, To: t.hole.To, At: now, Times: 1, Rows: rows}
	d.asked = slices.DeleteFunc(d.asked, func(old asked) bool {
		if !old.From.Before(next.From) && !old.To.After(next.To) {
			next.Times = max(next.Times, old.Times+1)
			return true
		}
		return old.To.Before(now.Add(-2 * s.p.settings.Window))
	})
	d.asked = append(d.asked, next)
	list := slices.Clone(d.asked)
	s.mu.Unlock()
	return s.p.ledger.Put(ctx, s.number, "asked/"+t.imei, list)
}

// tracks polls whole tracks, window by window, of the devices whose fixes come
// from polls alone, or of all where the settings say so.
func (s *shard) tracks(ctx context.Context) {
	if s.p.cfg.TrackPoll == trackOff || s.p.cfg.TrackPoll == trackGaps {
		return
	}
	for sleep(ctx, min(s.p.cfg.TrackEvery/20+time.Second, 10*time.Second)) {
		for _, a := range s.p.accounts {
			imeis, err := s.mine(ctx, a)
			if err != nil {
				s.warn("the account's devices are not known", a, err)
				continue
			}
			for _, imei := range imeis {
				if ctx.Err() != nil {
					return
				}
				if s.due(imei) {
					s.blanket(ctx, a, imei)
				}
			}
		}
	}
}

// due tells whether a device's track poll is at hand. The first ones after a
// start are spread over the interval.
func (s *shard) due(imei string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.device(imei)
	now := time.Now()
	if t.busy || now.Before(t.nextRun) {
		return false
	}
	if s.p.cfg.TrackPoll == trackAuto && t.PushedSince(now.Add(-2*s.p.cfg.TrackEvery)) {
		return false // the reconciler asks for what its stream lacks
	}
	t.nextRun = now.Add(s.p.spread(s.p.cfg.TrackEvery))
	return true
}

// blanket asks for the track since the last time, and a little more: a device
// may have sent late.
func (s *shard) blanket(ctx context.Context, a *account, imei string) {
	if a.slots.Acquire(ctx, 1) != nil {
		return
	}
	go func() {
		defer a.slots.Release(1)
		key, now := "track/"+imei, time.Now().UTC()
		from := now.Add(-s.p.cfg.TrackBack)
		if c, found, err := s.cursor(key); err != nil {
			s.warn("a cursor cannot be read", a, err)
		} else if found {
			from = earliest(from, c.Add(s.p.cfg.TrackEvery-s.p.cfg.TrackBack))
		}
		_, err := s.track(ctx, a, imei, from, now)
		if err == nil {
			err = s.moveCursor(ctx, key, now)
		}
		if err != nil && ctx.Err() == nil {
			if openapi.ClassOf(err) != openapi.ClassQuota {
				s.warn("a track poll failed, its window is asked for again", a, err)
			}
			s.mu.Lock()
			s.device(imei).nextRun = time.Now().Add(time.Minute)
			s.mu.Unlock()
		}
	}()
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

const lagEvery = 5 * time.Second

// followEnricher tells the shards up to when everything that was received has
// been enriched: a hole that the enricher has not come to is none.
func (p *Poller) followEnricher(ctx context.Context) error {
	adm := kadm.NewClient(p.out)
	topic := schema.TopicRaw.Name(p.shared.TopicPrefix)
	for sleep(ctx, lagEvery) {
		began := time.Now()
		ends, err := adm.ListEndOffsets(ctx, topic)
		if err != nil {
			continue // the shards wait
		}
		commits, err := adm.FetchOffsets(ctx, schema.EnricherGroup(p.shared.TopicPrefix))
		if err != nil {
			continue
		}
		p.mu.Lock()
		for n, s := range p.shards {
			end, ok := ends.Lookup(topic, n)
			at, committed := commits.Lookup(topic, n)
			// The end may count markers of transactions that no consumer reads.
			if ok && (committed && at.At >= end.Offset || end.Offset == 0) {
				s.mu.Lock()
				if began.After(s.seen) {
					s.seen = began
				}
				s.mu.Unlock()
			}
		}
		p.mu.Unlock()
	}
	return nil
}
