package grafana

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/stretchr/testify/require"

	schema "github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/internal/stack/stacktest"
)

// seeded gives a database with the newest schema and rows in all its tables, as
// the user reader sees it.
func seeded(t *testing.T) driver.Conn {
	t.Helper()
	s := stacktest.Shared(t)
	database := stacktest.Database(t, s)
	dsn := func(user string) string { return s.ClickHouseDatabaseDSN(user, database) }
	_, err := schema.Migrate(t.Context(), dsn("migrator"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	text, err := os.ReadFile("testdata/seed.sql")
	require.NoError(t, err)
	owner := connect(t, dsn("default"))
	for _, statement := range strings.Split(string(text), ";\n") {
		if statement = strings.TrimSpace(statement); statement != "" {
			require.NoError(t, owner.Exec(t.Context(), statement), statement)
		}
	}
	return connect(t, dsn("reader"))
}

func connect(t *testing.T, dsn string) driver.Conn {
	t.Helper()
	options, err := ch.ParseDSN(dsn)
	require.NoError(t, err)
	conn, err := ch.Open(options)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// An answer is what a query found.
type answer struct {
	names, types []string
	rows         [][]any
}

// ask runs a query as Grafana does.
func ask(ctx context.Context, conn driver.Conn, sql string) (*answer, error) {
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	a := &answer{names: rows.Columns()}
	for _, c := range rows.ColumnTypes() {
		a.types = append(a.types, c.DatabaseTypeName())
	}
	for rows.Next() {
		row := make([]any, len(a.names))
		for i, c := range rows.ColumnTypes() {
			row[i] = newValue(c)
		}
		if err := rows.Scan(row...); err != nil {
			return nil, err
		}
		a.rows = append(a.rows, row)
	}
	return a, rows.Err()
}

// choices are all at once, and one of each.
func choices() map[string]choice {
	now := time.Now()
	c := choice{from: now.Add(-24 * time.Hour), to: now, interval: time.Minute}
	all, one := c, c
	all.values = map[string][]string{}
	one.values = map[string][]string{"device": {"860000000000001"}, "group": {"North", "South"}, "fence": {"depot"}}
	return map[string]choice{"all": all, "one": one}
}

// TestPanels runs each panel's SQL with all chosen and with one of each.
func TestPanels(t *testing.T) {
	conn := seeded(t)
	for _, d := range boards() {
		for name, c := range choices() {
			if len(c.values) == 0 && len(d.variables) > 0 && d.variables[len(d.variables)-1].one {
				c.values = map[string][]string{"device": {"860000000000001"}} // nothing is there without a device
			}
			for _, r := range d.rows {
				for _, p := range r.panels {
					t.Run(d.title+"/"+p.title+"/"+name, func(t *testing.T) { checkPanel(t, conn, &p, c) })
				}
			}
			for _, v := range d.variables {
				t.Run(d.title+"/$"+v.name+"/"+name, func(t *testing.T) { checkVariable(t, conn, v, c) })
			}
		}
	}
	for _, r := range slices.Concat(pipelineRulesOfAlert(), vehicleRulesOfAlert()) {
		t.Run("alert/"+r.uid, func(t *testing.T) { checkRule(t, conn, r) })
	}
}

func checkPanel(t *testing.T, conn driver.Conn, p *panel, c choice) {
	found := map[string]*answer{}
	for i, q := range p.queries {
		if q.source != clickhouse {
			continue
		}
		sql, err := c.expand(q.text)
		require.NoError(t, err)
		a, err := ask(t.Context(), conn, sql)
		require.NoError(t, err, sql)
		require.NotEmpty(t, a.rows, "no row of\n%s", sql)
		for j, typ := range a.types {
			require.Regexp(t, shown, typ, "Grafana shows no column of this type: %s", a.names[j])
		}
		switch {
		case q.series:
			checkSeries(t, a)
		case p.kind == stat, p.kind == bargauge:
			checkNumbers(t, a, p.kind == bargauge)
		case p.kind == geomap:
			checkPlaces(t, a)
		}
		found[string(rune('A'+i))] = a
	}
	if len(found) > 0 {
		checkNames(t, p, found)
	}
}

// shown are the types that the plugin turns into text, numbers and times.
var shown = regexp.MustCompile(`^(LowCardinality\((String|Nullable\(String\))\)|(Nullable\()?(U?Int(8|16|32|64)|Float(32|64)|Bool|String|Date(Time(64)?)?(\(.*\))?)\)?)$`)

var (
	numeric = regexp.MustCompile(`^(Nullable\()?(U?Int|Float)`)
	textual = regexp.MustCompile(`String`)
	timed   = regexp.MustCompile(`^DateTime`)
)

// checkSeries: a time first, in order and each once for a set of labels, then
// labels and numbers, as the plugin makes series of.
func checkSeries(t *testing.T, a *answer) {
	t.Helper()
	require.Regexp(t, timed, a.types[0], "the first column is no time")
	numbers := 0
	for i, typ := range a.types[1:] {
		if numeric.MatchString(typ) {
			numbers++
			continue
		}
		require.Regexp(t, textual, typ, "column %s is neither number nor label", a.names[i+1])
		require.NotContains(t, typ, "Nullable", "label %s may be NULL", a.names[i+1])
	}
	require.Positive(t, numbers)
	require.True(t, a.hasNumber(), "nothing but NULL")
	before, seen := time.Time{}, map[string]bool{}
	for _, row := range a.rows {
		at := timeOf(row[0])
		require.False(t, at.Before(before), "times are not in order")
		before = at
		key := at.String()
		for i, typ := range a.types {
			if textual.MatchString(typ) {
				key += "\x00" + fmt.Sprint(plain(row[i]))
			}
		}
		require.False(t, seen[key], "two values of one series at %s", at)
		seen[key] = true
	}
}

// checkNumbers: numbers alone, for a bar gauge after one text.
func checkNumbers(t *testing.T, a *answer, named bool) {
	t.Helper()
	for i, typ := range a.types {
		if named && i == 0 {
			require.Regexp(t, textual, typ)
			continue
		}
		require.Regexp(t, numeric, typ, "column %s is no number", a.names[i])
	}
	require.True(t, a.hasNumber(), "nothing but NULL")
	if !named {
		require.Len(t, a.rows, 1)
	}
}

// checkPlaces: places on this planet.
func checkPlaces(t *testing.T, a *answer) {
	t.Helper()
	for name, limit := range map[string]float64{"lat": 90, "lng": 180} {
		i := slices.Index(a.names, name)
		require.GreaterOrEqual(t, i, 0, "no column %s", name)
		require.Regexp(t, `Float64`, a.types[i])
		for _, row := range a.rows {
			v, ok := plain(row[i]).(float64)
			require.True(t, ok, "%s is NULL", name)
			require.LessOrEqual(t, math.Abs(v), limit)
		}
	}
}

var fieldUse = regexp.MustCompile(`__data\.fields\.(\w+)`)

// checkNames: what a panel says of columns is said of columns that are there.
func checkNames(t *testing.T, p *panel, found map[string]*answer) {
	t.Helper()
	names := map[string]bool{}
	for _, a := range found {
		for _, name := range a.names {
			names[name] = true
		}
	}
	mixed := len(found) < len(p.queries)
	for name, c := range p.columns {
		require.True(t, names[name] || mixed, "no column %s", name)
		for _, l := range c.links {
			for _, use := range fieldUse.FindAllStringSubmatch(l.url, -1) {
				require.True(t, names[use[1]], "the link %q needs a column %s", l.title, use[1])
			}
		}
	}
	for _, l := range p.layers {
		require.Contains(t, found, l.query)
		for _, name := range []string{l.color, l.by, l.heat} {
			require.True(t, name == "" || slices.Contains(found[l.query].names, name), "layer %s: no column %s", l.name, name)
		}
	}
}

// checkVariable: a value, and a text for it.
func checkVariable(t *testing.T, conn driver.Conn, v variable, c choice) {
	sql, err := c.expand(v.sql)
	require.NoError(t, err)
	a, err := ask(t.Context(), conn, sql)
	require.NoError(t, err, sql)
	require.NotEmpty(t, a.rows)
	require.LessOrEqual(t, len(a.names), 2)
	for _, typ := range a.types {
		require.Regexp(t, textual, typ)
	}
}

// fires says which rules find something to tell of in what is seeded.
var fires = map[string]bool{
	"odograph-dead-letters-rising": true, "odograph-many-offline": true, "odograph-device-offline": true,
	"odograph-high-severity": true, "odograph-fence-watched": true, "odograph-latency": true,
}

// checkRule: one number, and labels, and it fires where it must.
func checkRule(t *testing.T, conn driver.Conn, r rule) {
	if r.query.source != clickhouse {
		return
	}
	a, err := ask(t.Context(), conn, r.query.text)
	require.NoError(t, err, r.query.text)
	require.NotEmpty(t, a.rows)
	numbers, labels := 0, map[string]bool{}
	for i, typ := range a.types {
		if numeric.MatchString(typ) {
			numbers++
			continue
		}
		require.Regexp(t, textual, typ)
		require.NotContains(t, typ, "Nullable")
		labels[a.names[i]] = true
	}
	require.Equal(t, 1, numbers, "the expression that follows takes one number")
	require.Equal(t, fires[r.uid], a.highest() > r.above, "highest value %v", a.highest())
	for _, use := range regexp.MustCompile(`\.Labels\.(\w+)`).FindAllStringSubmatch(r.summary, -1) {
		require.True(t, labels[use[1]], "the summary needs a column %s", use[1])
	}
}
