package clickhouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// A database that has no tables yet needs less than one that has rows. Its
// migrations are the same files and the same versions, but
//
//   - what a later step makes anew, and no step between them needs, is made once;
//   - steps that only bring over rows or tables of earlier versions do nothing;
//   - refreshable views wait for their first time: there is nothing to count yet;
//   - the versions are written together at the end (freshStore).
//
// If it is cut off, the next time finds tables, and takes all steps in full.

// bringOver are ranges of steps that find nothing in a database without tables.
var bringOver = [][2]int64{
	{50, 53}, {58, 62}, // derived events of before 50 are set aside, brought over and dropped
	{82, 91},   // device_contacts and device_alarm_codes from what was there
	{126, 126}, // fence_versions from fences
	{131, 131}, // the index of old rows
	{134, 134}, // device_positions from fixes
}

func bringsOver(version int64) bool {
	return slices.ContainsFunc(bringOver, func(r [2]int64) bool { return version >= r[0] && version <= r[1] })
}

// isFresh tells whether a database has no tables.
func isFresh(ctx context.Context, db *sql.DB) (fresh bool, err error) {
	err = db.QueryRowContext(ctx, "SELECT count() = 0 FROM system.tables WHERE database = currentDatabase()").Scan(&fresh)
	return fresh, err
}

var (
	makes        = regexp.MustCompile(`^CREATE (?:OR REPLACE )?(?:TABLE|(?:MATERIALIZED )?VIEW|DICTIONARY)(?: IF NOT EXISTS)? (\w+)\s`)
	firstRefresh = regexp.MustCompile(`^(CREATE (?:OR REPLACE )?MATERIALIZED VIEW (?:IF NOT EXISTS )?\w+ REFRESH EVERY \d+ \w+ APPEND TO \w+)\s+AS\s`)
	namesIn      = regexp.MustCompile(`\w+`)
)

// freshMigrations is the file system of the migrations in their form for a
// database without tables. Files of steps that are left out have no statement.
func freshMigrations(files fs.FS) (fs.FS, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	steps := map[string][]string{}
	anew := map[string]bool{} // made by a later step, and not needed before it
	for _, name := range slices.Backward(names) {
		version, s, err := stepOf(files, name)
		if err != nil {
			return nil, err
		}
		made := makes.FindStringSubmatch(s)
		if bringsOver(version) || made != nil && anew[made[1]] {
			steps[name] = nil
			continue
		}
		for _, word := range namesIn.FindAllString(s, -1) {
			delete(anew, word)
		}
		if made != nil {
			anew[made[1]] = true
		}
		steps[name] = []string{firstRefresh.ReplaceAllString(s, "$1 EMPTY AS ")}
	}
	return filesOf(steps)
}

// takeFresh takes all steps in a database without tables.
func takeFresh(ctx context.Context, db *sql.DB, log *slog.Logger) ([]*goose.MigrationResult, error) {
	store, err := newFreshStore()
	if err != nil {
		return nil, err
	}
	provider, err := freshProvider(db, store, log)
	if err != nil {
		return nil, err
	}
	steps, err := provider.Up(ctx)
	return steps, errors.Join(err, store.write(ctx, db))
}

func freshProvider(db *sql.DB, store database.Store, log *slog.Logger) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if files, err = freshMigrations(files); err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectCustom, db, files, goose.WithSlog(log), goose.WithDisableGlobalRegistry(true), goose.WithStore(store))
}

// freshStore keeps the list of migrations that were taken until it is written
// at once: one insert for each step took longer than most steps.
type freshStore struct {
	database.Store
	taken []int64
}

func newFreshStore() (*freshStore, error) {
	s, err := database.NewStore(database.DialectClickHouse, versionTable)
	return &freshStore{Store: s}, err
}

// Insert remembers a step; the row of version 0 says that the table exists.
func (s *freshStore) Insert(ctx context.Context, db database.DBTxConn, step database.InsertRequest) error {
	if step.Version == 0 {
		return s.Store.Insert(ctx, db, step)
	}
	s.taken = append(s.taken, step.Version)
	return nil
}

// write writes what was taken, also of a run that has failed or was cancelled.
func (s *freshStore) write(ctx context.Context, db *sql.DB) error {
	if len(s.taken) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dialTimeout)
	defer cancel()
	rows := make([]string, len(s.taken))
	for i, version := range s.taken {
		rows[i] = fmt.Sprintf("(%d, 1)", version)
	}
	query := "INSERT INTO " + s.Tablename() + " (version_id, is_applied) VALUES " + strings.Join(rows, ", ") //nolint:gosec // rows are numbers
	if _, err := db.ExecContext(ctx, query); err != nil {
		return fmt.Errorf("write the versions of %d steps that were taken: %w", len(s.taken), err)
	}
	s.taken = nil
	return nil
}
