package main

import (
	"log/slog"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// A definition is what the enricher needs of a device's definition.
type definition struct {
	profile derive.Profile
	driver  string
	group   string
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
	into[dev.IMEI] = definition{derive.ProfileOf(&dev), dev.DriverName, dev.Group}
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

// follow is how the topic of definitions is followed.
func (d *definitions) follow(log *slog.Logger) follower {
	return follower{
		topic: schema.TopicDevices, part: "definitions", begin: d.begin, end: d.read,
		take: func(records []*kgo.Record) {
			for _, r := range records {
				if err := d.take(r); err != nil {
					log.Warn("a definition of a device cannot be read, the one before it goes on", "imei", string(r.Key), "offset", r.Offset, "error", err)
				}
			}
		},
	}
}
