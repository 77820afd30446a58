package clickhouse

import (
	"context"
	"database/sql"
	_ "embed" // for comments.tsv
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// What columns mean that no migration says it of, and that of all views: one line
// a comment. A line without a column is of the table; table * is for every
// column of that name that has no comment otherwise.
//
//go:embed comments.tsv
var commentLines string

// comments are texts by table and column.
type comments map[[2]string]string

func readComments() (comments, error) {
	out := comments{}
	for n, line := range strings.Split(strings.TrimSpace(commentLines), "\n") {
		parts := strings.Split(line, "\t")
		if len(parts) != 3 || parts[0] == "" || parts[2] == "" {
			return nil, fmt.Errorf("comments.tsv: line %d: want table, column and comment, separated by tabs", n+1)
		}
		if n == 0 {
			continue // the header
		}
		key := [2]string{parts[0], parts[1]}
		if _, twice := out[key]; twice {
			return nil, fmt.Errorf("comments.tsv: line %d: %s.%s has a comment already", n+1, parts[0], parts[1])
		}
		out[key] = parts[2]
	}
	return out, nil
}

// of is the comment that a column (or, without one, a table) should have.
func (c comments) of(table, column, has string) string {
	if own, ok := c[[2]string{table, column}]; ok {
		return own
	}
	if has != "" {
		return has
	}
	return c[[2]string{"*", column}]
}

// Comment gives every table, view and column of the database that the DSN names
// its comment, and says how many of them it changed. A view that a migration
// replaced loses those of its columns, so it belongs after Migrate.
func Comment(ctx context.Context, dsn string) (changed int, err error) {
	opts, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		return 0, errors.New("clickhouse_dsn: want clickhouse://user:password@host:9000/database")
	}
	want, err := readComments()
	if err != nil {
		return 0, err
	}
	db := clickhouse.OpenDB(opts)
	defer func() { _ = db.Close() }()
	changes, err := want.missing(ctx, db)
	if err != nil {
		return 0, fmt.Errorf("comments of database %s: %w", opts.Auth.Database, err)
	}
	cluster, err := clusterOf(ctx, db, "fixes")
	if err != nil {
		return 0, fmt.Errorf("comments of database %s: %w", opts.Auth.Database, err)
	}
	for _, table := range slices.Sorted(maps.Keys(changes)) {
		if _, err := db.ExecContext(ctx, "ALTER TABLE "+quoteName(table)+onCluster(cluster)+" "+strings.Join(changes[table], ", ")); err != nil {
			return changed, fmt.Errorf("comments of %s: %w", table, err)
		}
		changed += len(changes[table])
	}
	return changed, nil
}

// alterations are the parts of one ALTER for each table.
type alterations map[string][]string

// missing finds what differs. Columns of dictionaries cannot have comments; they
// are those of the dictionary's table.
func (c comments) missing(ctx context.Context, db *sql.DB) (alterations, error) {
	rows, err := db.QueryContext(ctx, `
		SELECT name, '', comment FROM system.tables WHERE database = currentDatabase() AND engine != 'Dictionary'
		UNION ALL
		SELECT table, name, comment FROM system.columns
		WHERE database = currentDatabase() AND table NOT IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'Dictionary')
		ORDER BY 1, 2`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := alterations{}
	for rows.Next() {
		var table, column, has string
		if err := rows.Scan(&table, &column, &has); err != nil {
			return nil, err
		}
		text := c.of(table, column, has)
		switch {
		case text == has:
		case column == "":
			out[table] = append(out[table], "MODIFY COMMENT "+quoteText(text))
		default:
			out[table] = append(out[table], "COMMENT COLUMN "+quoteName(column)+" "+quoteText(text))
		}
	}
	return out, rows.Err()
}
