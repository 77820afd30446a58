package stack

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// EngineStatus tells how one engine does.
type EngineStatus struct {
	Name string
	PID  int   // 0: not running
	Err  error // why a running engine does not answer
}

func (e EngineStatus) String() string {
	switch {
	case e.PID == 0:
		return "stopped"
	case e.Err != nil:
		return fmt.Sprintf("runs (pid %d), but does not answer: %v", e.PID, e.Err)
	default:
		return fmt.Sprintf("answers (pid %d)", e.PID)
	}
}

// Status asks all engines at the same time, for 2 s at most.
func (s *Stack) Status(ctx context.Context) []EngineStatus {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	processes := s.processes()
	all := make([]EngineStatus, len(processes))
	var group sync.WaitGroup
	for i, p := range processes {
		group.Go(func() {
			all[i] = EngineStatus{Name: p.name, PID: p.PID()}
			if all[i].PID != 0 {
				all[i].Err = p.ready(ctx)
			}
		})
	}
	group.Wait()
	return all
}
