package stack

import (
	"context"
	"fmt"
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

// Status asks each engine, for 3 s at most.
func (s *Stack) Status(ctx context.Context) []EngineStatus {
	var all []EngineStatus
	for _, p := range s.processes() {
		status := EngineStatus{Name: p.name, PID: p.PID()}
		if status.PID != 0 {
			try, cancel := context.WithTimeout(ctx, 3*time.Second)
			status.Err = p.ready(try)
			cancel()
		}
		all = append(all, status)
	}
	return all
}
