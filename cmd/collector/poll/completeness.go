package poll

import (
	"context"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/coverage"
	"github.com/odograph/odograph/pkg/schema"
)

// completeHours is how far back an hour may still change. It is less than the
// window, so that the hour's beginning is known too.
const completeHours = 3

// tellEvery is how many looks there are to one telling: the hour that is going
// on changes with every fix.
const tellEvery = 10

// told is what was told of an hour, and when.
type told struct {
	schema.Completeness
	at time.Time
}

func (t *told) same(c schema.Completeness) bool {
	c.Revision = t.Revision
	return t.Completeness == c
}

// completeness tells of each device and hour how many fixes are missing.
func (s *shard) completeness(ctx context.Context) {
	for sleep(ctx, s.p.spread(s.p.cfg.GapEvery)) {
		records, err := s.changedHours(ctx, time.Now().UTC())
		if err == nil && len(records) > 0 {
			err = s.p.out.ProduceSync(ctx, records...).FirstErr()
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("completeness could not be told, trying again", "error", err)
			s.mu.Lock()
			for _, t := range s.devices {
				clear(t.told)
			}
			s.mu.Unlock()
		}
	}
}

// changedHours works out the hours that differ from what was told before.
func (s *shard) changedHours(ctx context.Context, now time.Time) ([]*kgo.Record, error) {
	var known []string
	leftOut := map[string]bool{}
	for _, a := range s.p.accounts {
		imeis, err := s.mine(ctx, a)
		if err != nil {
			return nil, err
		}
		known = append(known, imeis...)
		var names []string
		if _, err := s.p.ledger.Get("left_out/"+a.Name, &names); err != nil {
			return nil, err
		}
		for _, imei := range names {
			leftOut[imei] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, imei := range known {
		s.device(imei) // one that never sent anything is worth a row too
	}
	var out []*kgo.Record
	holes := map[schema.HoleReason]int{}
	for imei, t := range s.devices {
		s.load(imei, t)
		for _, c := range s.hours(imei, t, now, leftOut[imei]) {
			if c.Holes > 0 {
				holes[c.Reason] += int(c.Holes)
			}
			was, ok := t.told[c.Hour.Unix()]
			if ok && (was.same(c) || now.Sub(was.at) < tellEvery*s.p.cfg.GapEvery) {
				continue
			}
			t.told[c.Hour.Unix()] = told{c, now}
			value, err := schema.Encode(&c)
			if err != nil {
				return nil, err
			}
			out = append(out, &kgo.Record{Topic: schema.TopicCompleteness.Name(s.p.shared.TopicPrefix), Key: []byte(imei), Value: value})
		}
		for hour := range t.told {
			if now.Unix()-hour > int64(2*s.p.settings.Window/time.Second) {
				delete(t.told, hour)
			}
		}
	}
	return out, nil
}

// hours are the rows of one device.
func (s *shard) hours(imei string, t *tracked, now time.Time, leftOut bool) []schema.Completeness {
	cadence, known := t.Cadence(&s.p.settings)
	account := ""
	if a := s.p.accountOf(imei); a != nil {
		account = a.Name
	}
	holes := t.Holes(&s.p.settings, now.Add(-s.p.settings.Window))
	hours := t.Hours(&s.p.settings, now.Add(-completeHours*time.Hour), now)
	out := make([]schema.Completeness, 0, len(hours))
	for _, h := range hours {
		c := schema.Completeness{
			IMEI: imei, Account: account, Hour: h.Start, Revision: now.UnixMilli(),
			ReceivedFixes: int32(h.Received), MissingFixes: int32(h.Missing),
			FirstByPush: int32(h.ByPush), FirstByPoll: int32(h.Received - h.ByPush), Holes: int32(h.Holes),
		}
		if known {
			c.CadenceS = schema.Some(cadence.Seconds())
		}
		if h.Received+h.Missing > 0 {
			c.ExpectedFixes = schema.Some(c.ReceivedFixes + c.MissingFixes)
		}
		if h.Holes > 0 {
			c.LongestHoleS = schema.Some(h.Longest.Seconds())
			c.Reason, c.AskedHoles = s.why(t, holesIn(holes, h), account)
		} else if h.Received == 0 && t.heard.Before(h.Start) && h.Start.Add(time.Hour).Before(now) {
			c.Reason = schema.HoleSilent
			if leftOut {
				c.Reason = schema.HoleLeftOut
			}
		}
		out = append(out, c)
	}
	return out
}

func holesIn(holes []coverage.Hole, h coverage.Hour) []coverage.Hole {
	return slices.DeleteFunc(slices.Clone(holes), func(x coverage.Hole) bool {
		return !x.To.After(h.Start) || !x.From.Before(h.Start.Add(time.Hour))
	})
}

// why gives the reason of the longest hole, and for how many the platform was
// asked.
func (s *shard) why(t *tracked, holes []coverage.Hole, account string) (reason schema.HoleReason, askedFor int32) {
	var longest time.Duration
	for _, h := range holes {
		r := schema.HolePending
		for i := range t.asked {
			if t.asked[i].covers(h) {
				r = schema.HoleNotAtPlatform
				if time.Since(t.asked[i].At) < passing {
					r = schema.HolePending // its answer is on its way
				}
			}
		}
		if r == schema.HoleNotAtPlatform {
			askedFor++
		}
		if h.Duration() > longest {
			longest, reason = h.Duration(), r
		}
	}
	a := s.p.accounts[account]
	switch {
	case reason != schema.HolePending:
	case a == nil || s.p.cfg.TrackPoll == trackOff:
		reason = schema.HoleNotPolled
	case !a.client.Budget().OK():
		reason = schema.HoleBudget
	case t.failed:
		reason = schema.HoleFailed
	}
	return reason, askedFor
}
