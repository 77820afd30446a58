package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/spf13/cobra"

	"github.com/odograph/odograph/internal/config"
)

// loadSettings reads the settings into cfg; stop: they were only to be checked.
func loadSettings(cmd *cobra.Command, cfg any) (stop bool, err error) {
	if err := config.Load(cmd.Flags(), "odograph", cfg); err != nil {
		return false, err
	}
	if check, _ := cmd.Flags().GetBool("check"); check {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "settings are fine")
		return true, err
	}
	return false, nil
}

// openDSN connects to ClickHouse at the first query.
func openDSN(dsn config.Secret) (clickhouse.Conn, error) {
	opts, err := clickhouse.ParseDSN(dsn.Reveal())
	if err != nil {
		// The parser's error may hold the password.
		return nil, errors.New("clickhouse_dsn: want clickhouse://user:password@host:9000/database")
	}
	return clickhouse.Open(opts)
}

// A count is a line of the summary.
type count struct {
	name string
	n    uint64
}

// query gives the lines of a query for names and numbers.
func query(ctx context.Context, reader clickhouse.Conn, sql string, args ...any) ([]count, error) {
	rows, err := reader.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []count
	for rows.Next() {
		var c count
		if err := rows.Scan(&c.name, &c.n); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}
