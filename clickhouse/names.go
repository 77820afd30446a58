package clickhouse

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

//go:embed names/*.csv
var nameFiles embed.FS

// A nameList is what codes of the vendor mean: data that is corrected now and
// then, and that history has to follow. The file's first line is its version,
// its header the columns of the table. Views resolve codes through the
// dictionary when they are read.
type nameList struct {
	file, table, dictionary string
}

var nameLists = []nameList{
	{"names/alarms.csv", "alarm_names", "alarm_names_dict"},
	{"names/dtc.csv", "dtc_names", "dtc_dict"},
}

// read gives the file's version, header and lines.
func (l *nameList) read() (version uint32, header []string, lines [][]string, err error) {
	b, err := nameFiles.ReadFile(l.file)
	if err != nil {
		return 0, nil, nil, err
	}
	first, _, _ := bytes.Cut(b, []byte{'\n'})
	word, ok := strings.CutPrefix(string(first), "# version ")
	n, err := strconv.ParseUint(word, 10, 32)
	if !ok || err != nil || n == 0 {
		return 0, nil, nil, fmt.Errorf("%s: the first line is %q, want # version N", l.file, first)
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comment = '#'
	all, err := r.ReadAll()
	if err != nil {
		return 0, nil, nil, fmt.Errorf("%s: %w", l.file, err)
	}
	if len(all) < 2 {
		return 0, nil, nil, fmt.Errorf("%s: %w", l.file, errors.New("no lines"))
	}
	return uint32(n), all[0], all[1:], nil
}

// OwnNames is the first version of rows that an installation writes itself: they
// hold whatever versions come with Odograph.
const OwnNames = 1_000_000

// load writes the list unless the table has this version or a later one.
func (l *nameList) load(ctx context.Context, db *sql.DB, cluster string) error {
	version, header, lines, err := l.read()
	if err != nil {
		return err
	}
	var stored uint32
	if err := db.QueryRowContext(ctx, "SELECT max(version) FROM "+l.table+" WHERE version < "+strconv.Itoa(OwnNames)).Scan(&stored); err != nil {
		return fmt.Errorf("read the version of %s: %w", l.table, err)
	}
	if stored >= version {
		return nil
	}
	var values strings.Builder
	for i, line := range lines {
		if i > 0 {
			values.WriteByte(',')
		}
		values.WriteByte('(')
		for _, v := range line {
			values.WriteString(quoteText(v) + ",")
		}
		values.WriteString(strconv.FormatUint(uint64(version), 10) + ")")
	}
	// One block, so that the version is there with all its rows or not at all.
	insert := fmt.Sprintf("INSERT INTO %s (%s, version) VALUES %s", l.table, strings.Join(header, ", "), values.String()) //nolint:gosec // G201: all of it comes from the embedded file, quoted
	if _, err := db.ExecContext(ctx, insert); err != nil {
		return fmt.Errorf("write version %d of %s: %w", version, l.table, err)
	}
	if _, err := db.ExecContext(ctx, "SYSTEM RELOAD DICTIONARY "+onCluster(cluster)+" "+l.dictionary); err != nil {
		return fmt.Errorf("reload %s: %w", l.dictionary, err)
	}
	return nil
}

// loadNames brings what codes mean up to date.
func loadNames(ctx context.Context, db *sql.DB, cluster string) error {
	for i := range nameLists {
		if err := nameLists[i].load(ctx, db, cluster); err != nil {
			return err
		}
	}
	return nil
}
