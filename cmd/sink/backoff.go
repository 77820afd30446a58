package main

import (
	"context"
	"time"
)

// A backoff grows from 100 ms to 5 s.
type backoff struct{ next time.Duration }

func newBackoff() *backoff { return &backoff{next: 100 * time.Millisecond} }

// pause waits, or returns why ctx is done.
func (b *backoff) pause(ctx context.Context) error {
	t := time.NewTimer(b.next)
	defer t.Stop()
	b.next = min(2*b.next, 5*time.Second)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// A fatalError stops the sink: going on would lose or double.
type fatalError struct{ error }

func (f fatalError) Unwrap() error { return f.error }
