package clickhouse

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/pressly/goose/v3"
)

// On a cluster, the migrations have another form, which is made of the same
// files, statement by statement:
//
//   - A table whose rows belong to a device is x_local on each shard, replicated
//     there, and x is a Distributed table over them, sharded by cityHash64(imei):
//     all of a device is on one shard. Whoever reads or writes takes x.
//   - Other tables (definitions, names, settings) and the definitions of devices
//     are small and joined to everything: they are replicated to every node.
//   - A materialized view takes what is inserted into x_local and writes to a
//     local table: what it adds up of a device is on the device's shard.
//   - A refreshable one that counts by device does the same, each shard its own
//     devices. One that counts over all devices reads them all and writes a table
//     that is on every node; each node counts, and writes the same.
//   - Views and dictionaries are the same on every node.
//
// No statement of a migration may have a form that is not known here.
type clusterForm struct {
	cluster string
	kinds   map[string]tableKind
}

type tableKind int

const (
	unknownTable tableKind = iota
	sharded                // x_local on each shard and x over them
	everywhere             // the same rows on every node
	view                   // no rows of its own
)

// onEveryNode are tables of devices that other tables are joined with.
var onEveryNode = map[string]bool{"devices": true}

const localSuffix = "_local"

// clusterMigrations is the file system of the migrations in their form for a
// cluster.
func clusterMigrations(cluster string, files fs.FS) (fs.FS, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	form := &clusterForm{cluster: cluster, kinds: map[string]tableKind{}}
	steps := map[string][]string{}
	for _, name := range names {
		version, s, err := stepOf(files, name)
		if err != nil {
			return nil, err
		}
		if steps[name], err = form.rewrite(version, s); err != nil {
			return nil, fmt.Errorf("%s has no form for a cluster: %w", name, err)
		}
	}
	return filesOf(steps)
}

// stepOf is the version of a migration's file, and its statement.
func stepOf(files fs.FS, name string) (version int64, statement string, err error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return 0, "", err
	}
	version, err = goose.NumericComponent(name)
	return version, statementOf(string(text)), err
}

// filesOf is a file system in memory with a file of migrations for each step.
func filesOf(steps map[string][]string) (fs.FS, error) {
	var packed bytes.Buffer
	out := zip.NewWriter(&packed)
	for name, statements := range steps {
		w, err := out.Create(name)
		if err != nil {
			return nil, err
		}
		text := "-- +goose NO TRANSACTION\n-- +goose Up\n"
		if len(statements) > 0 {
			text += strings.Join(statements, ";\n") + ";\n"
		}
		if _, err := io.WriteString(w, text); err != nil {
			return nil, err
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
}

// statementOf is the one statement of a file, without comments.
func statementOf(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			lines = append(lines, line)
		}
	}
	return strings.TrimSuffix(strings.TrimSpace(strings.Join(lines, "")), ";")
}

var (
	createTable = regexp.MustCompile(`^CREATE TABLE IF NOT EXISTS (\w+)(\s)`)
	createView  = regexp.MustCompile(`^CREATE (?:OR REPLACE )?(?:VIEW|DICTIONARY)(?: IF NOT EXISTS)? (\w+)(\s)`)
	createFeed  = regexp.MustCompile(`^CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+)\s+AS\s`)
	createCount = regexp.MustCompile(`^CREATE (?:MATERIALIZED VIEW IF NOT EXISTS|OR REPLACE MATERIALIZED VIEW) (\w+)( REFRESH EVERY \d+ \w+ APPEND TO )(\w+)\s+AS\s`)
	alter       = regexp.MustCompile(`^ALTER TABLE (\w+)(\s)`)
	rename      = regexp.MustCompile(`(IF EXISTS )?(\w+) TO (\w+)`)
	drop        = regexp.MustCompile(`^DROP (TABLE|VIEW|DICTIONARY) (IF EXISTS )?(\w+(?:, \w+)*)$`)
	engine      = regexp.MustCompile(`(?m)^ENGINE = (\w*MergeTree)(?:\(([^)]*)\))?`)
	otherTable  = regexp.MustCompile(`\b(?:JOIN|IN)\s+(\w+)\b`)
	fromTable   = regexp.MustCompile(`(?m)\bFROM (\w+)\b`)
	comment     = regexp.MustCompile(`(?m)^COMMENT '(?:[^'\\]|\\.|'')*'$`)
	ofDevice    = regexp.MustCompile(`(?m)^\s+imei\s`)
	anyOther    = regexp.MustCompile(`^(?:INSERT INTO|SYSTEM RELOAD DICTIONARY)\s`)
)

func (c *clusterForm) on() string { return strings.TrimSpace(onCluster(c.cluster)) }

// rewrite gives the statements that do on a cluster what one statement does on
// one server.
func (c *clusterForm) rewrite(version int64, s string) ([]string, error) {
	switch {
	case createTable.MatchString(s):
		return c.table(version, s)
	case createFeed.MatchString(s):
		return c.feed(s)
	case createCount.MatchString(s):
		return c.count(s)
	case createView.MatchString(s):
		c.kinds[createView.FindStringSubmatch(s)[1]] = view
		return []string{c.afterName(createView, s)}, nil
	case alter.MatchString(s):
		return c.alter(s)
	case strings.HasPrefix(s, "RENAME TABLE"):
		return c.rename(s)
	case drop.MatchString(s):
		return c.drop(s)
	case anyOther.MatchString(s): // goes to the tables that everybody writes to
		return []string{s}, nil
	}
	return nil, fmt.Errorf("statement %.60q…: say in clickhouse/cluster.go what becomes of it", s)
}

// afterName puts ON CLUSTER behind the name that pattern finds.
func (c *clusterForm) afterName(pattern *regexp.Regexp, s string) string {
	at := pattern.FindStringSubmatchIndex(s)[3]
	return s[:at] + " " + c.on() + s[at:]
}

// replicated is the engine of a copy. Its path names the migration, so that a
// table that is made anew has a path of its own.
func (c *clusterForm) replicated(name string, version int64, kind tableKind, s string) string {
	shard, replica := "{shard}", "{replica}"
	if kind == everywhere {
		shard, replica = "all", "{shard}-{replica}"
	}
	s = engine.ReplaceAllStringFunc(s, func(e string) string {
		m := engine.FindStringSubmatch(e)
		args := fmt.Sprintf("'/clickhouse/tables/%s/{database}/%s/%d', '%s'", shard, name, version, replica)
		if m[2] != "" {
			args += ", " + m[2]
		}
		return "ENGINE = Replicated" + m[1] + "(" + args + ")"
	})
	return strings.ReplaceAll(s, "non_replicated_deduplication_window", "replicated_deduplication_window")
}

func (c *clusterForm) table(version int64, s string) ([]string, error) {
	name := createTable.FindStringSubmatch(s)[1]
	if !engine.MatchString(s) {
		return nil, fmt.Errorf("table %s has no MergeTree engine at the beginning of a line", name)
	}
	kind := everywhere
	if ofDevice.MatchString(s) && !onEveryNode[name] {
		kind = sharded
	}
	c.kinds[name] = kind
	s = c.replicated(name, version, kind, c.afterName(createTable, s))
	if kind == everywhere {
		return []string{s}, nil
	}
	local := strings.Replace(s, " "+name+" ", " "+name+localSuffix+" ", 1)
	return []string{local, c.over(name, comment.FindString(s))}, nil
}

// over is the Distributed table over the local ones. It has no rows, so that it
// can be made anew whenever they change.
func (c *clusterForm) over(name, comment string) string {
	s := fmt.Sprintf("CREATE OR REPLACE TABLE %s %s AS %s%s\nENGINE = Distributed(%s, currentDatabase(), %s%s, cityHash64(imei))",
		name, c.on(), name, localSuffix, quoteName(c.cluster), name, localSuffix)
	if comment != "" {
		s += "\n" + comment
	}
	return s
}

// onlyFrom refuses a view that reads a table in another place than behind FROM, where
// nothing here would name the rows of one shard.
func (c *clusterForm) onlyFrom(name, s string) error {
	for _, m := range otherTable.FindAllStringSubmatch(s, -1) {
		if c.kinds[m[1]] != unknownTable {
			return fmt.Errorf("view %s reads %s behind JOIN or IN: write (SELECT … FROM %[2]s)", name, m[1])
		}
	}
	return nil
}

// feed is a materialized view, which reads one table and writes to another.
func (c *clusterForm) feed(s string) ([]string, error) {
	m := createFeed.FindStringSubmatch(s)
	name, target := m[1], m[2]
	if err := c.onlyFrom(name, s); err != nil {
		return nil, err
	}
	from := fromTable.FindAllStringSubmatch(s, -1)
	if len(from) != 1 {
		return nil, fmt.Errorf("view %s reads %d tables: what is inserted into one shard is all that it sees", name, len(from))
	}
	source := from[0][1]
	if c.kinds[source] == unknownTable || c.kinds[source] != c.kinds[target] {
		return nil, fmt.Errorf("view %s: %s and %s are not kept in the same way", name, source, target)
	}
	c.kinds[name] = view
	s = strings.Replace(s, " "+name+" TO "+target, " "+name+" "+c.on()+" TO "+c.rows(target), 1)
	if c.kinds[source] == sharded { // under the old name, by which its columns may be called
		s = fromTable.ReplaceAllString(s, "FROM "+source+localSuffix+" AS "+source)
	}
	return []string{s}, nil
}

// count is a refreshable view, which counts anew what has changed.
func (c *clusterForm) count(s string) ([]string, error) {
	m := createCount.FindStringSubmatch(s)
	name, target := m[1], m[3]
	if err := c.onlyFrom(name, s); err != nil {
		return nil, err
	}
	if c.kinds[target] == unknownTable {
		return nil, fmt.Errorf("view %s: %s is not known", name, target)
	}
	c.kinds[name] = view
	s = strings.Replace(s, " "+name+m[2]+target, " "+name+" "+c.on()+m[2]+c.rows(target), 1)
	if c.kinds[target] == sharded {
		s = fromTable.ReplaceAllStringFunc(s, func(from string) string {
			source := strings.TrimPrefix(from, "FROM ")
			if c.kinds[source] != sharded {
				return from
			}
			return "FROM " + source + localSuffix + " AS " + source
		})
	}
	return []string{s}, nil
}

// rows is the table that has the rows of a name.
func (c *clusterForm) rows(name string) string {
	if c.kinds[name] == sharded {
		return name + localSuffix
	}
	return name
}

func (c *clusterForm) alter(s string) ([]string, error) {
	name := alter.FindStringSubmatch(s)[1]
	if c.kinds[name] == unknownTable {
		return nil, fmt.Errorf("%s is not known", name)
	}
	s = c.afterName(alter, s)
	if c.kinds[name] != sharded {
		return []string{s}, nil
	}
	return []string{strings.Replace(s, " "+name+" ", " "+c.rows(name)+" ", 1), c.over(name, "")}, nil
}

func (c *clusterForm) rename(s string) ([]string, error) {
	var pairs, anew []string
	for _, m := range rename.FindAllStringSubmatch(s, -1) {
		from, to := m[2], m[3]
		if c.kinds[from] == unknownTable {
			return nil, fmt.Errorf("%s is not known", from)
		}
		c.kinds[to] = c.kinds[from]
		pairs = append(pairs, m[1]+c.rows(from)+" TO "+c.rows(to))
		if c.kinds[to] == sharded {
			anew = append(anew, c.over(to, ""))
		}
	}
	return append([]string{"RENAME TABLE " + strings.Join(pairs, ", ") + " " + c.on()}, anew...), nil
}

func (c *clusterForm) drop(s string) ([]string, error) {
	m := drop.FindStringSubmatch(s)
	var out []string
	for _, name := range strings.Split(m[3], ", ") {
		if c.kinds[name] == unknownTable && m[2] == "" {
			return nil, fmt.Errorf("%s is not known", name)
		}
		out = append(out, "DROP "+m[1]+" "+m[2]+name+" "+c.on()+" SYNC")
		if kind := c.kinds[name]; kind == sharded || kind == unknownTable { // what may be there may be either
			out = append(out, "DROP TABLE "+m[2]+name+localSuffix+" "+c.on()+" SYNC")
		}
	}
	return out, nil
}
