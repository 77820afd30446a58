package clickhouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
)

// insertSettings make one insert one part, known by its token, that is stored
// when the answer comes. They are all set, because their defaults differ by
// version and by profile.
var insertSettings = []ch.Setting{
	ch.SettingInt("async_insert", 0),
	ch.SettingInt("insert_deduplicate", 1),
	{Key: "deduplicate_insert", Value: "enable", Important: true},
	ch.SettingInt("deduplicate_blocks_in_dependent_materialized_views", 1),
	// A block is a part: it must not be gathered with another, nor cut.
	ch.SettingInt("min_insert_block_size_rows", MaxBlockRows),
	ch.SettingInt("max_insert_block_size", MaxBlockRows),
	// Of a cluster the shards must have the rows, not a queue to them.
	ch.SettingInt("distributed_foreground_insert", 1),
	// Silence would put a default where a value is missing.
	ch.SettingInt("insert_null_as_default", 0),
}

// MaxBlockRows is the largest number of rows that stay one block.
const MaxBlockRows = 1_000_000

// Insert writes the rows of index, which must belong to one table partition,
// as one block: they are there together or not at all. A block whose token
// ClickHouse remembers is dropped by it, and that is success too; seen tells
// that this happened (then, as after any error that is not Refused, only
// Present tells which rows are there). The shards of a cluster do not say whether
// they remembered the token: of these it is always as if they had.
func (db *DB) Insert(ctx context.Context, rows Rows, index []int, token string) (seen bool, err error) {
	if seen, err = db.sharded(ctx, rows.Table()); err != nil {
		return false, err
	}
	input := rows.Columns(index)
	names := make([]string, len(input))
	for i, c := range input {
		names[i] = quoteName(c.Name)
	}
	query := ch.Query{
		Body:     fmt.Sprintf("INSERT INTO %s (%s) VALUES", quoteName(rows.Table()), strings.Join(names, ", ")),
		Input:    input,
		Settings: append([]ch.Setting{{Key: "insert_deduplication_token", Value: token, Important: true}}, insertSettings...),
		OnProfileEvents: func(_ context.Context, events []ch.ProfileEvent) error {
			for _, e := range events {
				seen = seen || e.Name == "DuplicatedInsertedBlocks" && e.Value > 0
			}
			return nil
		},
	}
	if err := db.with(ctx, func(c *ch.Client) error { return c.Do(ctx, query) }); err != nil {
		return false, fmt.Errorf("insert %d rows into %s: %w", len(index), rows.Table(), err)
	}
	return seen, nil
}

// sharded tells whether the rows of a table are on the shards of a cluster.
func (db *DB) sharded(ctx context.Context, table string) (bool, error) {
	if known, ok := db.shards.Load(table); ok {
		return known.(bool), nil
	}
	var engine proto.ColStr
	is, found := false, false
	query := ch.Query{
		Body:   "SELECT engine FROM system.tables WHERE database = currentDatabase() AND name = " + quoteText(table),
		Result: proto.Results{{Name: "engine", Data: &engine}},
		OnResult: func(context.Context, proto.Block) error {
			for i := range engine.Rows() {
				is, found = engine.Row(i) == "Distributed", true
			}
			return nil
		},
	}
	if err := db.with(ctx, func(c *ch.Client) error { return c.Do(ctx, query) }); err != nil {
		return false, fmt.Errorf("look at table %s: %w", table, err)
	}
	if found {
		db.shards.Store(table, is)
	}
	return is, nil
}

// Present tells for each row of index whether it is stored, by what identifies
// it; of a row with revisions, that or a later one.
func (db *DB) Present(ctx context.Context, rows Rows, index []int) ([]bool, error) {
	q := rows.presence(index)
	found := make(map[string]int64, len(index))
	var identity proto.ColStr
	var version proto.ColInt64
	query := ch.Query{
		Body: fmt.Sprintf("SELECT %s AS identity, max(%s) AS version FROM %s WHERE %s GROUP BY identity SETTINGS final = 0",
			q.identity, q.version, quoteName(q.table), q.scope),
		Result: proto.Results{{Name: "identity", Data: &identity}, {Name: "version", Data: &version}},
		OnResult: func(context.Context, proto.Block) error {
			for i := range identity.Rows() {
				found[identity.Row(i)] = version.Row(i)
			}
			return nil
		},
	}
	if err := db.with(ctx, func(c *ch.Client) error { return c.Do(ctx, query) }); err != nil {
		return nil, fmt.Errorf("read back %d rows of %s: %w", len(index), rows.Table(), err)
	}
	present := make([]bool, len(index))
	for n, key := range q.keys {
		v, ok := found[key]
		present[n] = ok && v >= q.versions[n]
	}
	return present, nil
}
