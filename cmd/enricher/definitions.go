package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// A definition is what the enricher needs of a device's definition.
type definition struct {
	profile derive.Profile
	driver  string
}

// definitions are those of all devices, as the topic of definitions has them.
type definitions struct {
	mu  sync.RWMutex
	all map[string]definition

	// What a reading from the beginning has come to, until it has come to the
	// end: the topic may still hold what a device was before.
	fresh map[string]definition
}

func (d *definitions) of(imei []byte) definition {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.all[string(imei)]
}

// take takes a record of the topic; a record without a value ends a definition.
// One that cannot be read is left out: the definition before it goes on.
func (d *definitions) take(r *kgo.Record) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all == nil {
		d.all = map[string]definition{}
	}
	into := d.all
	if d.fresh != nil {
		into = d.fresh
	}
	if len(r.Value) == 0 {
		delete(into, string(r.Key))
		return nil
	}
	var dev schema.Device
	if err := schema.Decode(r.Value, &dev); err != nil {
		return err
	}
	into[dev.IMEI] = definition{derive.ProfileOf(&dev), dev.DriverName}
	return nil
}

// begin starts a reading from the beginning; those of the one before hold on.
func (d *definitions) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fresh = map[string]definition{}
}

// read says that the reading has come to the end.
func (d *definitions) read() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fresh != nil {
		d.all, d.fresh = d.fresh, nil
	}
}

const (
	definitionsWait  = 10 * time.Second
	definitionsRetry = 2 * time.Second
)

// follow reads the topic from its beginning and on until ctx is done, trying
// again for ever; read is closed once it has come to where the topic ended.
func (d *definitions) follow(ctx context.Context, opts []kgo.Opt, topic string, log *slog.Logger, ready *run.Readiness, read chan<- struct{}) {
	var once sync.Once
	done := func() { d.read(); ready.Set("definitions", nil); once.Do(func() { close(read) }) }
	for ctx.Err() == nil {
		err := d.readOn(ctx, opts, topic, log, done)
		if ctx.Err() != nil {
			return
		}
		log.Warn("definitions of devices: trying again", "topic", topic, "error", err)
		ready.Set("definitions", err)
		select {
		case <-ctx.Done():
		case <-time.After(definitionsRetry):
		}
	}
}

func (d *definitions) readOn(ctx context.Context, opts []kgo.Opt, topic string, log *slog.Logger, done func()) error {
	cl, err := kgo.NewClient(append(opts[:len(opts):len(opts)],
		kgo.ConsumeTopics(topic), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	if err != nil {
		return err
	}
	defer cl.Close()
	ends, err := kadm.NewClient(cl).ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("end of %s: %w", topic, err)
	}
	left := map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			left[o.Partition] = o.Offset
		}
	})
	d.begin()
	quiet := time.Now()
	for {
		if len(left) == 0 || time.Since(quiet) > definitionsWait { // compaction may have taken the last ones
			done()
		}
		pollCtx, cancel := context.WithTimeout(ctx, time.Second)
		fetches := cl.PollFetches(pollCtx)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for _, e := range fetches.Errors() {
			if !errors.Is(e.Err, context.DeadlineExceeded) {
				return fmt.Errorf("read %s: %w", topic, e.Err)
			}
		}
		fetches.EachRecord(func(r *kgo.Record) {
			quiet = time.Now()
			if err := d.take(r); err != nil {
				log.Warn("a definition of a device cannot be read, the one before it goes on", "imei", string(r.Key), "offset", r.Offset, "error", err)
			}
			if r.Offset+1 >= left[r.Partition] {
				delete(left, r.Partition)
			}
		})
	}
}
