package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/pkg/schema"
)

// lostPatience is how long a short demo waits for more of what was lost to be
// polled.
const lostPatience = 12 * time.Second

// drain waits until every acknowledged item is a row, the fixes that were never
// pushed have been polled, and what was derived of all that is a row, too.
func (d *demo) drain(ctx context.Context, reader clickhouse.Conn) error {
	d.stopped = time.Now()
	want := d.acknowledged.Load()
	d.say("\n\nThe fleet has stopped. Waiting until all %d acknowledged items are rows, and what was derived of them…", want)
	from, to := d.cut(d.began)
	lost, patience := d.made(from, to), time.Now().Add(lostPatience)
	var before uint64
	err := d.until(ctx, func() (bool, error) {
		r, err := d.countRows(ctx, reader)
		if err != nil || r.pushed < want {
			return false, errors.Join(err, fmt.Errorf("%d of %d acknowledged items are not rows; odograph audit says more", want-r.pushed, want))
		}
		var stored uint64
		err = reader.QueryRow(ctx, "SELECT count() FROM fixes WHERE startsWith(imei, ?) AND fix_time BETWEEN ? AND ?", d.fleet(), from, to).Scan(&stored)
		if stored > before {
			before, patience = stored, time.Now().Add(lostPatience)
		}
		return err == nil && (stored >= lost || time.Now().After(patience)), err
	})
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(d.engine.Brokers()...))
	if err != nil {
		return err
	}
	defer client.Close()
	adm, prefix := kadm.NewClient(client), config.DefaultKafka().TopicPrefix
	if err := d.read(ctx, adm, schema.EnricherGroup(prefix), schema.TopicRaw.Name(prefix)); err != nil {
		return err
	}
	var derived []string
	for _, t := range []schema.Topic{schema.TopicFixes, schema.TopicDriving, schema.TopicTrips, schema.TopicConditions, schema.TopicGeofence} {
		derived = append(derived, t.Name(prefix))
	}
	return d.read(ctx, adm, schema.SinkGroup(prefix), derived...)
}

// read waits until a group has read to where topics end now.
func (d *demo) read(ctx context.Context, adm *kadm.Client, group string, topics ...string) error {
	ends, err := kafka.CommittedEnds(ctx, adm, topics...)
	if err != nil {
		return err
	}
	return d.until(ctx, func() (bool, error) {
		left, err := kafka.Lag(ctx, adm, group, ends)
		return err == nil && left == 0, errors.Join(err, fmt.Errorf("%s has %d records to read", group, left))
	})
}

// until asks again and again; the error says what was missing in the end.
func (d *demo) until(ctx context.Context, done func() (bool, error)) error {
	for {
		ok, missing := done()
		if ok {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("after %s, %w; see the logs in %s/logs", drainTimeout, errors.Join(missing, ctx.Err()), d.stack.Dir)
		}
		if err := d.failure(); err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// made counts the fixes that the fleet made.
func (d *demo) made(from, to time.Time) (n uint64) {
	for _, imei := range d.platform.IMEIs() {
		n += uint64(len(d.platform.Truth(imei, from, to)))
	}
	return n
}
