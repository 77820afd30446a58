package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/odograph/odograph/pkg/derive"
)

// A ruleBook holds the rules that are in force. They come from a file that may
// change while the enricher runs; a file that is not valid changes nothing.
type ruleBook struct {
	path  string // empty: the rules that come with Odograph
	log   *slog.Logger
	now   atomic.Pointer[derive.Rules]
	read  []byte // what was read last, valid or not
	valid func(bool)
}

func openRules(path string, log *slog.Logger, valid func(bool)) (*ruleBook, error) {
	b := &ruleBook{path: path, log: log, valid: valid}
	if path == "" {
		b.now.Store(derive.DefaultRules())
		return b, nil
	}
	rules, err := b.load()
	if err != nil {
		return nil, err
	}
	b.now.Store(rules)
	return b, nil
}

func (b *ruleBook) load() (*derive.Rules, error) {
	content, err := os.ReadFile(b.path)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	b.read = content
	rules, err := derive.ParseRules(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.path, err)
	}
	return rules, nil
}

// watch looks at the file now and then, and at once on SIGHUP.
func (b *ruleBook) watch(ctx context.Context, every time.Duration) {
	if b.path == "" {
		return
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
		case <-tick.C:
		}
		b.look()
	}
}

func (b *ruleBook) look() {
	content, err := os.ReadFile(b.path)
	if err == nil && bytes.Equal(content, b.read) {
		return
	}
	rules, err := b.load()
	if err != nil {
		b.valid(false)
		b.log.Error("the rules were not taken, those before stay in force", "version", b.now.Load().Version, "error", err)
		return
	}
	b.valid(true)
	if before := b.now.Swap(rules); before.Version != rules.Version {
		b.log.Info("new rules, from the next fix of each device on", "version", rules.Version, "before", before.Version)
	}
}
