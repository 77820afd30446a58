package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/clickhouse-go/v2"
)

// DB is a pool of connections to ClickHouse. A connection that had any error
// is closed and never used again.
type DB struct {
	opts  ch.Options
	addrs []string
	next  atomic.Uint32 // address that the next connection tries first
	idle  chan *ch.Client

	shards sync.Map // table to whether a cluster has its rows
}

const dialTimeout = 5 * time.Second

// Open makes a pool that keeps up to idle connections. It connects at the
// first use. The DSN has the form clickhouse://user:password@host:9000/database
// with the parameters of clickhouse-go; several hosts are separated by commas.
func Open(dsn string, idle int) (*DB, error) {
	o, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		return nil, errors.New("clickhouse_dsn: want clickhouse://user:password@host:9000/database")
	}
	if o.Protocol != clickhouse.Native {
		return nil, errors.New("clickhouse_dsn: want the native protocol (clickhouse://…:9000), rows go in native blocks")
	}
	db := &DB{addrs: o.Addr, idle: make(chan *ch.Client, idle)}
	db.opts = ch.Options{
		Database: o.Auth.Database, User: o.Auth.Username, Password: o.Auth.Password, ClientName: "odograph",
		DialTimeout: dialTimeout, HandshakeTimeout: dialTimeout, TLS: o.TLS,
		ReadTimeout: ch.NoTimeout, // each query has a deadline of its own
	}
	if o.DialTimeout > 0 {
		db.opts.DialTimeout, db.opts.HandshakeTimeout = o.DialTimeout, o.DialTimeout
	}
	if o.Compression != nil && o.Compression.Method == clickhouse.CompressionLZ4 {
		db.opts.Compression = ch.CompressionLZ4
	}
	for key, value := range o.Settings {
		db.opts.Settings = append(db.opts.Settings, ch.Setting{Key: key, Value: fmt.Sprint(value), Important: true})
	}
	return db, nil
}

// Close closes the connections that are not in use.
func (db *DB) Close() {
	for {
		select {
		case c := <-db.idle:
			_ = c.Close()
		default:
			return
		}
	}
}

// Ping tells whether ClickHouse answers.
func (db *DB) Ping(ctx context.Context) error {
	return db.with(ctx, func(c *ch.Client) error { return c.Ping(ctx) })
}

// with runs do on a connection of the pool.
func (db *DB) with(ctx context.Context, do func(*ch.Client) error) error {
	c, err := db.take(ctx)
	if err != nil {
		return err
	}
	if err := do(c); err != nil {
		_ = c.Close()
		return err
	}
	select {
	case db.idle <- c:
	default:
		_ = c.Close()
	}
	return nil
}

func (db *DB) take(ctx context.Context) (*ch.Client, error) {
	for {
		select {
		case c := <-db.idle:
			if c.IsClosed() {
				continue
			}
			return c, nil
		default:
			return db.dial(ctx)
		}
	}
}

// dial tries each address once, beginning with the one after the last that
// failed.
func (db *DB) dial(ctx context.Context) (*ch.Client, error) {
	var errs []error
	start := db.next.Load()
	for i := range db.addrs {
		opts := db.opts
		opts.Address = db.addrs[(int(start)+i)%len(db.addrs)]
		c, err := ch.Dial(ctx, opts)
		if err == nil {
			return c, nil
		}
		db.next.Add(1)
		errs = append(errs, fmt.Errorf("connect to ClickHouse at %s: %w", opts.Address, err))
	}
	return nil, errors.Join(errs...)
}
