package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// A built design with what was measured of it.
type built struct {
	design
	table        string
	insertS      float64
	bytes        map[string]float64 // a fix, by column
	total        float64
	measurements [][]measured // by question, by round
}

// compare builds designs of the same rows, those of a table or of a SELECT in
// brackets, and asks them the same questions in turn.
func compare(ctx context.Context, s *server, cfg *config, all []design, name, rows string, out io.Writer) error {
	var tables []*built
	defer func() {
		for _, b := range tables {
			if cfg.keep {
				continue
			}
			_ = s.exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+b.table+" SYNC")
		}
	}()
	for _, d := range all {
		b := &built{design: d, table: name + "_" + strings.ReplaceAll(d.name, "-", "_")}
		tables = append(tables, b)
		if err := b.build(ctx, s, rows); err != nil {
			return fmt.Errorf("design %s: %w", d.name, err)
		}
		progressf("%s: %.2f bytes a fix, built in %.0f s", b.table, b.total, b.insertS)
	}
	ask, err := fillIn(ctx, s, tables[0].table)
	if err != nil {
		return err
	}
	for _, b := range tables {
		b.measurements = make([][]measured, len(questions))
	}
	for round := range cfg.rounds + 1 { // the first warms up
		for q := range questions {
			if err := inTurn(ctx, s, tables, q, ask(questions[q].sql), round); err != nil {
				return err
			}
		}
		progressf("%s: round %d of %d asked", name, round, cfg.rounds)
	}
	return write(out, tables)
}

// inTurn asks every table one question, and fails where the answers differ.
func inTurn(ctx context.Context, s *server, tables []*built, q int, sql string, round int) error {
	answer := ""
	for _, b := range tables {
		m, err := s.measure(ctx, strings.ReplaceAll(sql, "{table}", b.table), 2)
		if err != nil {
			return fmt.Errorf("design %s: %w", b.name, err)
		}
		if b.name == "e6" { // other numbers, since it loses digits
			m.answer = answer
		}
		if answer == "" {
			answer = m.answer
		}
		if m.answer != answer {
			return fmt.Errorf("design %s answers %q differently from %s", b.name, questions[q].what, tables[0].name)
		}
		if round > 0 {
			b.measurements[q] = append(b.measurements[q], m)
		}
	}
	return nil
}

func (b *built) build(ctx context.Context, s *server, rows string) error {
	if kept, err := b.kept(ctx, s); err != nil || kept {
		return err
	}
	start := time.Now()
	if err := s.exec(ctx, "DROP TABLE IF EXISTS "+b.table+" SYNC"); err != nil {
		return err
	}
	if err := s.exec(ctx, b.create(b.table)); err != nil {
		return err
	}
	// Merges are made once, at the end, so that they do not slow some inserts.
	if err := s.exec(ctx, "SYSTEM STOP MERGES "+b.table); err != nil {
		return err
	}
	if err := s.exec(ctx, b.fill(b.table, rows)); err != nil {
		return err
	}
	b.insertS = time.Since(start).Seconds()
	if err := s.exec(ctx, "SYSTEM START MERGES "+b.table); err != nil {
		return err
	}
	if err := s.exec(ctx, "OPTIMIZE TABLE "+b.table+" FINAL"); err != nil {
		return err
	}
	if err := s.exec(ctx, fmt.Sprintf("ALTER TABLE %s MODIFY COMMENT '%.1f'", b.table, b.insertS)); err != nil {
		return err
	}
	return b.weigh(ctx, s)
}

// kept tells whether an earlier run left the table whole.
func (b *built) kept(ctx context.Context, s *server) (bool, error) {
	var seconds float64
	err := s.conn.QueryRow(ctx, "SELECT max(toFloat64OrZero(comment)) FROM system.tables WHERE database = currentDatabase() AND name = ?", b.table).Scan(&seconds)
	if err != nil || seconds == 0 {
		return false, err
	}
	b.insertS = seconds
	return true, b.weigh(ctx, s)
}

// weigh finds the bytes of each column, and those of indexes and projections
// under names of their own.
func (b *built) weigh(ctx context.Context, s *server) error {
	rows, err := s.conn.Query(ctx, `WITH (SELECT sum(rows) FROM system.parts WHERE database = currentDatabase() AND table = ? AND active) AS fixes
		SELECT name, data_compressed_bytes / fixes FROM system.columns WHERE database = currentDatabase() AND table = ? AND data_compressed_bytes > 0
		UNION ALL SELECT 'indexes', sum(secondary_indices_compressed_bytes + primary_key_size) / fixes FROM system.parts WHERE database = currentDatabase() AND table = ? AND active
		UNION ALL SELECT 'projections', sum(bytes_on_disk) / fixes FROM system.projection_parts WHERE database = currentDatabase() AND table = ? AND active`, b.table, b.table, b.table, b.table)
	if err != nil {
		return err
	}
	b.bytes = map[string]float64{}
	for rows.Next() {
		var name string
		var size float64
		if err := rows.Scan(&name, &size); err != nil {
			return err
		}
		b.bytes[name] = size
		b.total += size
	}
	return rows.Err()
}

// fillIn gives what puts a device, a day, an hour and a raw place of the table
// into a question.
func fillIn(ctx context.Context, s *server, table string) (func(string) string, error) {
	var device, day, hour string
	var partition int64
	var offset int64
	err := s.conn.QueryRow(ctx, fmt.Sprintf(`WITH (SELECT (min(fix_time), max(fix_time)) FROM %[1]s) AS span, toStartOfDay(span.1 + intDiv(dateDiff('second', span.1, span.2), 2)) AS middle
		SELECT imei, toString(toDateTime(middle)), toString(toDateTime(middle) + 9 * 3600), toInt64(any(raw_partition)), max(raw_offset)
		FROM %[1]s WHERE fix_time >= middle + INTERVAL 9 HOUR AND fix_time < middle + INTERVAL 10 HOUR GROUP BY imei ORDER BY abs(toInt64(count()) - 250), imei LIMIT 1`, table)).Scan(&device, &day, &hour, &partition, &offset)
	fill := strings.NewReplacer("{device}", device, "{day}", day, "{hour}", hour, "{partition}", strconv.FormatInt(partition, 10), "{offset}", strconv.FormatInt(offset, 10))
	return fill.Replace, err
}
