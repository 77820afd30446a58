package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// A server is the ClickHouse that is measured.
type server struct {
	conn driver.Conn
	opts *clickhouse.Options
}

// connect makes the database and opens it.
func connect(ctx context.Context, dsn, database string) (*server, error) {
	opts, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		return nil, err
	}
	opts.Settings = clickhouse.Settings{"max_execution_time": 0, "allow_experimental_codecs": 1, "allow_suspicious_codecs": 1, "allow_suspicious_low_cardinality_types": 1, "max_insert_threads": 4, "max_threads": 6, "min_insert_block_size_rows": 2_000_000, "min_insert_block_size_bytes": 0, "max_partitions_per_insert_block": 0}
	opts.ReadTimeout = 24 * time.Hour // copies take long
	first, err := clickhouse.Open(opts)
	if err != nil {
		return nil, err
	}
	if err := first.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+database); err != nil {
		return nil, fmt.Errorf("ClickHouse at %v: %w", opts.Addr, err)
	}
	_ = first.Close()
	opts.Auth.Database = database
	conn, err := clickhouse.Open(opts)
	return &server{conn, opts}, err
}

// native is a connection for blocks of rows.
func (s *server) native(ctx context.Context) (*ch.Client, error) {
	return ch.Dial(ctx, ch.Options{Address: s.opts.Addr[0], Database: s.opts.Auth.Database, User: s.opts.Auth.Username, Password: s.opts.Auth.Password, ReadTimeout: ch.NoTimeout})
}

func (s *server) exec(ctx context.Context, statement string) error {
	if err := s.conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%.80s…: %w", statement, err)
	}
	return nil
}
