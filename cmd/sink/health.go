package main

import (
	"fmt"
	"sync"

	"github.com/odograph/odograph/internal/run"
)

// health gathers what the workers see of ClickHouse into one check.
type health struct {
	mu      sync.Mutex
	ready   *run.Readiness
	failing map[*worker]error
}

func newHealth(ready *run.Readiness) *health {
	return &health{ready: ready, failing: map[*worker]error{}}
}

func (h *health) failed(w *worker, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failing[w] = err
	h.ready.Set(checkClickHouse, fmt.Errorf("%d partitions wait: %w", len(h.failing), err))
}

func (h *health) ok(w *worker) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, was := h.failing[w]; was {
		delete(h.failing, w)
		if len(h.failing) == 0 {
			h.ready.Set(checkClickHouse, nil)
		}
	}
}
