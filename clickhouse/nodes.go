package clickhouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"regexp"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// shardSettings let an INSERT into a Distributed table return when the shards
// have the rows, and keep its SELECT on the node that runs it.
var shardSettings = clickhouse.Settings{"distributed_foreground_insert": 1, "parallel_distributed_insert_select": 0}

func withSettings(have, more clickhouse.Settings) clickhouse.Settings {
	out := maps.Clone(more)
	maps.Copy(out, have)
	return out
}

// onCluster is what a statement has so that all nodes run it; empty without a
// cluster.
func onCluster(cluster string) string {
	if cluster == "" {
		return ""
	}
	return " ON CLUSTER " + quoteName(cluster)
}

// versionTable is the list of migrations that a database has taken, under goose's
// own name for it.
const versionTable = goose.DefaultTablename

// clusterStore is the list of migrations that were taken, on every node: setup
// may go through another one the next time.
type clusterStore struct {
	database.Store
	cluster string
}

func newClusterStore(cluster string) (*clusterStore, error) {
	s, err := database.NewStore(database.DialectClickHouse, versionTable)
	return &clusterStore{s, cluster}, err
}

// CreateVersionTable makes the table as goose does, replicated.
func (s *clusterStore) CreateVersionTable(ctx context.Context, db database.DBTxConn) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %[1]s%[2]s (version_id Int64, is_applied UInt8, date Date DEFAULT now(), tstamp DateTime DEFAULT now())
ENGINE = ReplicatedMergeTree('/clickhouse/tables/all/{database}/%[1]s', '{shard}-{replica}')
ORDER BY (version_id)`, s.Tablename(), onCluster(s.cluster)))
	return err
}

// checkForm refuses to turn a schema of one server into one of a cluster, or back:
// rows would stay where nobody reads them.
func checkForm(ctx context.Context, db *sql.DB, name, cluster string) error {
	have, err := clusterOf(ctx, db, "fixes")
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look at the tables of database %s: %w", name, err)
	case have == cluster:
		return nil
	case have == "":
		return fmt.Errorf("database %s was set up on one server: take another database for clickhouse_cluster %q, and copy the rows", name, cluster)
	}
	return fmt.Errorf("database %s was set up on the cluster %q, not %q: set clickhouse_cluster (ODOGRAPH_CLICKHOUSE_CLUSTER) to it", name, have, cluster)
}

var distributedOver = regexp.MustCompile(`^Distributed\(\W?(\w[\w-]*)\W?,`)

// clusterOf is the cluster whose shards have the rows of a table; empty where it
// has them itself.
func clusterOf(ctx context.Context, db *sql.DB, table string) (string, error) {
	var engine string
	err := db.QueryRowContext(ctx, "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = "+quoteText(table)).Scan(&engine)
	if m := distributedOver.FindStringSubmatch(engine); m != nil {
		return m[1], err
	}
	return "", err
}
