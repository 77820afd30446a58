package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

func run(ctx context.Context, cfg *config) error {
	opts, err := clickhouse.ParseDSN(cfg.dsn)
	if err != nil {
		return errors.New("dsn: want clickhouse://user:password@host:9000/database")
	}
	opts.ReadTimeout = time.Hour
	opts.Settings = clickhouse.Settings{"final": 1, "max_execution_time": 0} // as the reader's profile has it
	conn, err := clickhouse.Open(opts)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if cfg.fill != "" {
		if err := fill(ctx, conn, cfg); err != nil {
			return err
		}
	}
	words, err := head(ctx, conn, cfg)
	if err != nil {
		return err
	}
	fmt.Print("\n| question | cold ms | warm ms | fastest ms | processor ms | rows read | bytes read | memory | goal ms | |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, q := range questions {
		if err := measure(ctx, conn, &q, words, cfg.rounds); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
	}
	return upkeep(ctx, conn)
}

// head says what is measured on, and gives the words of the questions.
func head(ctx context.Context, conn driver.Conn, cfg *config) (*strings.Replacer, error) {
	var version, day, imei string
	var fixes, devices, bytes, rollups uint64
	// The last full day, and a device with as many fixes as the middle one has.
	err := conn.QueryRow(ctx, `SELECT version(), toString(toDate(max(hour), 'UTC') - 1), toUInt64(sum(fixes)), uniqExact(imei) FROM device_hours FINAL`).Scan(&version, &day, &fixes, &devices)
	if err != nil {
		return nil, err
	}
	err = conn.QueryRow(ctx, `SELECT arrayElement(arraySort(x -> x.2, groupArray((imei, n))), toUInt32(count() / 2 + 1)).1 FROM (SELECT imei, sum(fixes) AS n FROM device_hours FINAL WHERE toDate(hour) = '`+day+`' GROUP BY imei)`).Scan(&imei)
	if err != nil {
		return nil, err
	}
	err = conn.QueryRow(ctx, `SELECT sumIf(bytes_on_disk, table = 'fixes'), sumIf(bytes_on_disk, table IN ('device_hours', 'cell_days', 'latency_counts', 'device_positions')) FROM system.parts WHERE active AND database = currentDatabase()`).Scan(&bytes, &rollups)
	if err != nil {
		return nil, err
	}
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, err
	}
	fmt.Printf(`# Views, measured

%s fixes of %d devices in ClickHouse %s on %d processor cores; `+"`go run ./benchmarks/views --dsn …`"+`. The fixes take %s, the rollups %s. All days are UTC; one day is %s, the last full one.

Cold: after ClickHouse dropped its own caches (marks, index, uncompressed, queries); files may still be in memory of the system. Warm: median of %d further runs, which the goal is for; and the fastest of them. Processor: user time of the median run over all threads; it does not depend on that other work. Rows and bytes are those that ClickHouse says it read (uncompressed). FINAL is on, as it is for the user reader.
`, short(fixes, ""), devices, version, runtime.NumCPU(), short(bytes, "B"), short(rollups, "B"), day, cfg.rounds)
	return strings.NewReplacer("{day}", day, "{imei}", imei, "{from}", from.Format(time.DateTime), "{to}", from.AddDate(0, 0, 1).Format(time.DateTime),
		"{hour}", from.Add(8*time.Hour).Format(time.DateTime), "{hour_end}", from.Add(9*time.Hour).Format(time.DateTime)), nil
}

// A figure is what ClickHouse says of one run.
type figure struct{ ms, cpuMS, rows, bytes, memory uint64 }

func measure(ctx context.Context, conn driver.Conn, q *question, words *strings.Replacer, rounds int) error {
	for _, c := range []string{"MARK", "UNCOMPRESSED", "QUERY", "PRIMARY INDEX"} {
		if err := conn.Exec(ctx, "SYSTEM DROP "+c+" CACHE"); err != nil && c != "PRIMARY INDEX" {
			return err
		}
	}
	query := words.Replace(q.query)
	runs := make([]figure, 0, rounds+1)
	for i := range rounds + 1 {
		f, err := once(ctx, conn, query, fmt.Sprintf("bench-views-%d-%d", time.Now().UnixNano(), i))
		if err != nil {
			return err
		}
		runs = append(runs, f)
	}
	cold, warm := runs[0], runs[1:]
	slices.SortFunc(warm, func(a, b figure) int { return int(a.ms) - int(b.ms) })
	w := warm[len(warm)/2]
	goal, reached := "", ""
	if q.mostMS > 0 {
		goal, reached = strconv.Itoa(q.mostMS), "yes"
		switch {
		case w.rows == 0:
			reached = "nothing to read: not shown"
		case w.ms > uint64(q.mostMS):
			reached = "no"
		}
	}
	fmt.Printf("| %s | %d | %d | %d | %d | %s | %s | %s | %s | %s |\n", q.name, cold.ms, w.ms, warm[0].ms, w.cpuMS, short(w.rows, ""), short(w.bytes, "B"), short(w.memory, "B"), goal, reached)
	fmt.Fprintf(os.Stderr, "%s: %d ms cold, %d ms warm\n", q.name, cold.ms, w.ms)
	return nil
}

// once runs a query to its last row and reads the log of it.
func once(ctx context.Context, conn driver.Conn, query, id string) (f figure, err error) {
	if err := conn.Exec(clickhouse.Context(ctx, clickhouse.WithQueryID(id)), query+" FORMAT Null"); err != nil {
		return f, err
	}
	if err := conn.Exec(ctx, "SYSTEM FLUSH LOGS"); err != nil {
		return f, err
	}
	err = conn.QueryRow(ctx, `SELECT query_duration_ms, intDiv(ProfileEvents['UserTimeMicroseconds'], 1000), read_rows, read_bytes, memory_usage FROM system.query_log
		WHERE query_id = '`+id+`' AND type = 'QueryFinish' AND event_date >= today() - 1`).Scan(&f.ms, &f.cpuMS, &f.rows, &f.bytes, &f.memory)
	return f, err
}

// upkeep is what the rollups cost while nothing comes and when all is counted.
func upkeep(ctx context.Context, conn driver.Conn) error {
	fmt.Print("\n## What the rollups cost\n\nThe last run of each refreshable view on this database.\n\n| view | ms | rows read | rows written |\n|---|---|---|---|\n")
	rows, err := conn.Query(ctx, `SELECT view, ifNull(last_success_duration_ms, 0), read_rows, written_rows FROM system.view_refreshes WHERE database = currentDatabase() ORDER BY view`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var view string
		var ms, read, written uint64
		if err := rows.Scan(&view, &ms, &read, &written); err != nil {
			return err
		}
		fmt.Printf("| %s | %d | %s | %s |\n", view, ms, short(read, ""), short(written, ""))
	}
	return rows.Err()
}
