package openapi

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Budget says whether calls are possible.
type Budget struct {
	PausedUntil time.Time // the platform asked for fewer calls
	QuotaUntil  time.Time // the day's calls are used up
	PerMinute   float64   // calls that are allowed at present

	now time.Time
}

// OK tells whether a call could be made now.
func (b Budget) OK() bool { return !b.now.Before(b.PausedUntil) && !b.now.Before(b.QuotaUntil) }

// budget is the rate of one account: it halves where the platform says that
// calls come too often, and recovers slowly.
type budget struct {
	mu      sync.Mutex
	limit   *rate.Limiter
	most    rate.Limit
	paused  time.Time
	quota   time.Time
	refused int // in a row
}

func newBudget(perMinute int) *budget {
	most := rate.Limit(float64(perMinute) / 60)
	return &budget{limit: rate.NewLimiter(most, max(1, perMinute/12)), most: most}
}

const (
	shortestPause = 2 * time.Second
	longestPause  = 2 * time.Minute
)

// acquire waits until a call is within the budget. Where the day's quota is
// used up it does not wait.
func (b *budget) acquire(ctx context.Context, c *Client, method string) error {
	for {
		now := c.opts.Now()
		b.mu.Lock()
		quota, paused := b.quota, b.paused
		b.mu.Unlock()
		if now.Before(quota) {
			return &Error{Method: method, Class: ClassQuota, Message: "not called", Hint: "the account's calls of this day are used up; more from " + quota.Format(time.RFC3339) + " on"}
		}
		if wait := paused.Sub(now); wait > 0 {
			if err := c.wait(ctx, wait); err != nil {
				return err
			}
			continue
		}
		if err := b.limit.Wait(ctx); err != nil {
			return fmt.Errorf("%s: wait for the account's rate: %w", method, err)
		}
		return nil
	}
}

// answered learns from the outcome of a call.
func (b *budget) answered(class Class, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch class {
	case ClassRate:
		b.paused = now.Add(min(shortestPause<<min(b.refused, 10), longestPause))
		b.refused++
		b.limit.SetLimit(max(b.limit.Limit()/2, b.most/16))
	case ClassQuota:
		b.quota = now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	default:
		b.refused = 0
		b.limit.SetLimit(min(b.limit.Limit()*1.02, b.most))
	}
}

func (b *budget) state(now time.Time) Budget {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Budget{PausedUntil: b.paused, QuotaUntil: b.quota, PerMinute: float64(b.limit.Limit()) * 60, now: now}
}
