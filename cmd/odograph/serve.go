package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/pflag"

	"github.com/odograph/odograph/pkg/jimi/jimitest"
)

// serving holds the flags of the simulated platform.
type serving struct {
	listen   string
	messy    bool
	perMin   int
	quota    int
	leaveOut float64
	history  time.Duration
}

func (s *serving) bind(f *pflag.FlagSet) {
	f.StringVar(&s.listen, "serve", "", "serve the simulated platform at this address instead, and push its fleet where --token is given")
	f.BoolVar(&s.messy, "messy", true, "serve: answer in all the shapes that occur")
	f.IntVar(&s.perMin, "calls-per-minute", 0, "serve: refuse more calls (0: no limit)")
	f.IntVar(&s.quota, "daily-quota", 0, "serve: refuse more calls a day (0: no limit)")
	f.Float64Var(&s.leaveOut, "leave-out", 0.1, "serve: share of the devices that a sweep leaves out")
	f.DurationVar(&s.history, "history", 24*time.Hour, "serve: how long the fleet has been driving")
}

// servePlatform serves until ctx is done.
func (s *simulation) servePlatform(ctx context.Context, out io.Writer) error {
	l, err := net.Listen("tcp", s.serve.listen)
	if err != nil {
		return fmt.Errorf("--serve %s: %w (another process has it?)", s.serve.listen, err)
	}
	p := jimitest.New(jimitest.Options{
		Seed: int64(s.fleet.Seed), Devices: s.fleet.Devices, FixEvery: s.fleet.Interval, Start: time.Now().Add(-s.serve.history),
		Messy: s.serve.messy, CallsPerMinute: s.serve.perMin, DailyQuota: s.serve.quota, LeaveOut: s.serve.leaveOut,
	})
	a := p.Account()
	_, _ = fmt.Fprintf(out, `The simulated platform with %d devices. Settings for a collector:

export ODOGRAPH_TRACKSOLID_URL=http://%s/route/rest
export ODOGRAPH_TRACKSOLID_ALLOW_HTTP=true
export ODOGRAPH_TRACKSOLID_APP_KEY=%s
export ODOGRAPH_TRACKSOLID_APP_SECRET=%s
export ODOGRAPH_TRACKSOLID_USER=%s
export ODOGRAPH_TRACKSOLID_PASSWORD_MD5=%s

Ctrl-C ends it.
`, s.fleet.Devices, l.Addr(), a.AppKey, a.AppSecret, a.User, a.PasswordMD5)
	server := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	pushed := make(chan error, 1)
	if s.send.Token != "" {
		_, _ = fmt.Fprintf(out, "Pushing to %s.\n", s.send.URL)
		go func() {
			report, err := p.Push(ctx, jimitest.PushOptions{
				URL: s.send.URL, Token: s.send.Token, Duplicates: s.disturb.Duplicates, Disorder: s.disturb.Disorder, OpenAPI: true, Batch: s.send.Batch,
			})
			_, _ = fmt.Fprintf(out, "%d items pushed in %d requests\n", report.Items, report.Requests)
			pushed <- err
		}()
	}
	select {
	case err = <-served:
	case err = <-pushed:
	case <-ctx.Done():
		if s.send.Token != "" {
			err = <-pushed
		}
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(stop))
}
