package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"
)

// A measured query.
type measured struct {
	wallMS, cpuMS float64
	rows, bytes   uint64 // read
	answer        string
}

// measure runs a query once. Its answer is one text.
func (s *server) measure(ctx context.Context, query string, threads int) (m measured, err error) {
	id := uuid.NewString()
	settings := clickhouse.Settings{"max_threads": threads, "use_query_condition_cache": 0, "log_queries": 1, "final": 1, "max_execution_time": 0}
	start := time.Now()
	rows, err := s.conn.Query(clickhouse.Context(ctx, clickhouse.WithQueryID(id), clickhouse.WithSettings(settings)), "SELECT toString(cityHash64(groupArray(line))) FROM (SELECT toString(tuple(*)) AS line FROM ("+query+"))")
	if err != nil {
		return m, fmt.Errorf("%s: %w", query, err)
	}
	for rows.Next() {
		if err := rows.Scan(&m.answer); err != nil {
			return m, err
		}
	}
	if err := rows.Err(); err != nil {
		return m, fmt.Errorf("%s: %w", query, err)
	}
	m.wallMS = float64(time.Since(start).Microseconds()) / 1000
	if err := s.exec(ctx, "SYSTEM FLUSH LOGS query_log"); err != nil {
		return m, err
	}
	err = s.conn.QueryRow(ctx, `SELECT read_rows, read_bytes, (ProfileEvents['UserTimeMicroseconds'] + ProfileEvents['SystemTimeMicroseconds']) / 1000
		FROM system.query_log WHERE query_id = ? AND type = 'QueryFinish' AND event_date >= yesterday() ORDER BY event_time_microseconds DESC LIMIT 1`, id).Scan(&m.rows, &m.bytes, &m.cpuMS)
	return m, err
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
