// Package run starts a component's parts in order and stops them in reverse:
// intake first, then what drains, then what was drained into.
package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// A Part is one piece of a component that runs until its context is done. Run
// returns nil after it has drained, or the error that ended it.
type Part struct {
	Name string
	Run  func(ctx context.Context) error
}

// ErrDeadline says that a part did not stop in time.
var ErrDeadline = errors.New("did not stop in time")

// Run starts the parts in order and runs them until the first one fails or
// ends, ctx is done, or the process is asked to stop (SIGINT, SIGTERM). Then
// it stops them in reverse order, each when the one after it has stopped, and
// gives all of them together no longer than deadline. A second signal quits
// the process at once.
func Run(ctx context.Context, log *slog.Logger, deadline time.Duration, parts ...Part) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()

	ended := make(chan int, len(parts))
	cancels := make([]context.CancelFunc, len(parts))
	done := make([]chan struct{}, len(parts))
	errs := make([]error, len(parts))
	for i, p := range parts {
		// Not a child of ctx: a part stops when its turn comes, not when the signal does.
		partCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		cancels[i], done[i] = cancel, make(chan struct{})
		go func() {
			defer close(done[i])
			errs[i] = p.Run(partCtx)
			ended <- i
		}()
	}

	select {
	case <-ctx.Done():
		log.Info("stopping", "deadline", deadline.String())
	case i := <-ended:
		if errs[i] != nil {
			log.Error("part failed, stopping", "part", parts[i].Name, "error", errs[i])
		} else {
			log.Info("part ended, stopping", "part", parts[i].Name)
		}
	}
	stop()
	go quitOnSecondSignal(log)
	return stopAll(log, deadline, parts, cancels, done, errs)
}

func stopAll(log *slog.Logger, deadline time.Duration, parts []Part, cancels []context.CancelFunc, done []chan struct{}, errs []error) error {
	timeout := time.NewTimer(deadline)
	defer timeout.Stop()
	var all []error
	for i := len(parts) - 1; i >= 0; i-- {
		cancels[i]()
		select {
		case <-done[i]:
			if errs[i] != nil && !errors.Is(errs[i], context.Canceled) {
				all = append(all, fmt.Errorf("%s: %w", parts[i].Name, errs[i]))
			}
			log.Debug("stopped", "part", parts[i].Name)
		case <-timeout.C:
			timeout.Reset(0) // the parts that are left get no time of their own
			all = append(all, fmt.Errorf("%s: %w", parts[i].Name, ErrDeadline))
		}
	}
	return errors.Join(all...)
}

func quitOnSecondSignal(log *slog.Logger) {
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	<-again
	log.Error("second signal, quitting at once")
	os.Exit(130)
}

// Logger writes one JSON object a line, with the component's name.
func Logger(w io.Writer, level, component string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})).With("component", component)
}
