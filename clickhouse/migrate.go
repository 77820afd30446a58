package clickhouse

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A Migration is one step of the schema that Migrate took.
type Migration struct {
	Version int64
	Name    string // file name
	Took    time.Duration
}

// Migrate creates the database that the DSN names if it is missing, and brings
// its tables, views and dictionaries up to date, with what codes of the vendor
// mean. It is idempotent: each step is
// one statement that does nothing where its work is done, so a step that was
// cut off is simply taken again. The user needs the rights of the migrator, see
// Users.
func Migrate(ctx context.Context, dsn string, log *slog.Logger) ([]Migration, error) {
	return migrate(ctx, dsn, "", 0, log)
}

// MigrateCluster does the same on all nodes of a cluster, whose name is that of
// system.clusters: tables are replicated, and sharded by device. The nodes need
// a Keeper and the macros shard and replica.
func MigrateCluster(ctx context.Context, dsn, cluster string, log *slog.Logger) ([]Migration, error) {
	return migrate(ctx, dsn, cluster, 0, log)
}

// migrateTo stops after the given version; 0 is the newest.
func migrateTo(ctx context.Context, dsn string, version int64, log *slog.Logger) ([]Migration, error) {
	return migrate(ctx, dsn, "", version, log)
}

func migrate(ctx context.Context, dsn, cluster string, version int64, log *slog.Logger) ([]Migration, error) {
	opts, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		return nil, errors.New("clickhouse_dsn: want clickhouse://user:password@host:9000/database")
	}
	if err := createDatabase(ctx, *opts, cluster); err != nil {
		return nil, err
	}
	if cluster != "" {
		opts.Settings = withSettings(opts.Settings, shardSettings)
	}
	db := clickhouse.OpenDB(opts)
	defer func() { _ = db.Close() }()
	if err := checkForm(ctx, db, opts.Auth.Database, cluster); err != nil {
		return nil, err
	}
	steps, err := takeSteps(ctx, db, opts.Auth.Database, cluster, version, log)
	if err != nil {
		return nil, err
	}
	if version == 0 {
		if err := loadNames(ctx, db, cluster); err != nil {
			return nil, fmt.Errorf("migrate database %s: %w", opts.Auth.Database, err)
		}
	}
	done := make([]Migration, len(steps))
	for i, s := range steps {
		done[i] = Migration{Version: s.Source.Version, Name: s.Source.Path, Took: s.Duration}
	}
	return done, nil
}

// takeSteps takes the steps that the database has not taken yet.
func takeSteps(ctx context.Context, db *sql.DB, name, cluster string, version int64, log *slog.Logger) (steps []*goose.MigrationResult, err error) {
	failed := func(err error) error { return fmt.Errorf("migrate database %s: %w", name, err) }
	if cluster == "" && version == 0 {
		fresh, err := isFresh(ctx, db)
		if err != nil {
			return nil, failed(err)
		}
		if fresh {
			if steps, err = takeFresh(ctx, db, log); err != nil {
				return nil, failed(err)
			}
			return steps, nil
		}
	}
	provider, err := newProvider(db, cluster, log)
	if err != nil {
		return nil, fmt.Errorf("migrations of database %s: %w", name, err)
	}
	if err := checkNotNewer(ctx, provider, name); err != nil {
		return nil, err
	}
	if version == 0 {
		steps, err = provider.Up(ctx)
	} else {
		steps, err = provider.UpTo(ctx, version)
	}
	if err != nil {
		return nil, failed(err)
	}
	return steps, nil
}

func newProvider(db *sql.DB, cluster string, log *slog.Logger) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	options := make([]goose.ProviderOption, 0, 3)
	options = append(options, goose.WithSlog(log), goose.WithDisableGlobalRegistry(true))
	if cluster == "" {
		return goose.NewProvider(goose.DialectClickHouse, db, files, options...)
	}
	if files, err = clusterMigrations(cluster, files); err != nil {
		return nil, err
	}
	store, err := newClusterStore(cluster)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectCustom, db, files, append(options, goose.WithStore(store))...)
}

// checkNotNewer refuses a database that a newer Odograph has migrated.
func checkNotNewer(ctx context.Context, p *goose.Provider, database string) error {
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version of database %s: %w", database, err)
	}
	if have > want {
		return fmt.Errorf("database %s has schema version %d, this odograph knows versions up to %d: run the newer odograph", database, have, want)
	}
	return nil
}

// createDatabase connects to a database that every server has, since a
// connection to a missing one is refused.
func createDatabase(ctx context.Context, opts clickhouse.Options, cluster string) error {
	name := opts.Auth.Database
	if name == "" {
		return errors.New("clickhouse_dsn: names no database, want clickhouse://user:password@host:9000/database")
	}
	opts.Auth.Database = "system"
	db := clickhouse.OpenDB(&opts)
	defer func() { _ = db.Close() }()
	var exists bool
	// Asked first, because whoever made the database may have kept the right to do so.
	if err := db.QueryRowContext(ctx, "SELECT count() > 0 FROM system.databases WHERE name = "+quoteText(name)).Scan(&exists); err != nil {
		return fmt.Errorf("connect to ClickHouse at %v: %w", opts.Addr, err)
	}
	if exists && cluster == "" { // of a cluster other nodes may lack it
		return nil
	}
	if _, err := db.ExecContext(ctx, "CREATE DATABASE IF NOT EXISTS "+quoteName(name)+onCluster(cluster)); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// SchemaVersion is the newest version that the embedded migrations lead to.
func SchemaVersion() (int64, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return 0, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("no migrations: %w", err)
	}
	return goose.NumericComponent(names[len(names)-1])
}
