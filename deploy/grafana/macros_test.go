package grafana

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A choice is what somebody has chosen above a dashboard.
type choice struct {
	from, to time.Time
	interval time.Duration
	values   map[string][]string // by variable; none: all
}

// expand does to a query what Grafana and its ClickHouse plugin do before they
// send it: the condition that a choice of all takes away, then variables, then
// macros (grafana/clickhouse-datasource: src/data/CHDatasource.ts, pkg/macros).
func (c choice) expand(sql string) (string, error) {
	sql, err := c.conditionalAll(sql)
	if err != nil {
		return "", err
	}
	sql = variableUse.ReplaceAllStringFunc(sql, func(use string) string {
		m := variableUse.FindStringSubmatch(use)
		values, known := c.values[m[1]+m[3]]
		if !known {
			return use
		}
		if m[2] == "singlequote" {
			return "'" + strings.Join(values, "','") + "'"
		}
		return strings.Join(values, ",")
	})
	sql = macroUse.ReplaceAllStringFunc(sql, c.macro)
	if i := strings.IndexByte(sql, '$'); i >= 0 {
		return "", fmt.Errorf("not expanded: %.40s", sql[i:])
	}
	return sql, nil
}

var (
	variableUse = regexp.MustCompile(`\$\{(\w+)(?::(\w+))?\}|\$([A-Za-z]\w*)\b`)
	macroUse    = regexp.MustCompile(`\$__(\w+)(?:\(([^()]*)\))?`)
)

// conditionalAll replaces $__conditionalAll(condition, $variable).
func (c choice) conditionalAll(sql string) (string, error) {
	const name = "$__conditionalAll("
	for {
		start := strings.LastIndex(sql, name)
		if start < 0 {
			return sql, nil
		}
		depth, comma, end := 1, -1, -1
		for i := start + len(name); i < len(sql) && end < 0; i++ {
			switch {
			case sql[i] == '(':
				depth++
			case sql[i] == ')':
				if depth--; depth == 0 {
					end = i
				}
			case sql[i] == ',' && depth == 1:
				if comma >= 0 {
					return "", fmt.Errorf("%s has more than two arguments", sql[start:i])
				}
				comma = i
			}
		}
		if comma < 0 || end < 0 {
			return "", fmt.Errorf("%.60s has not two arguments", sql[start:])
		}
		variable := strings.TrimSpace(sql[comma+1 : end])
		if !regexp.MustCompile(`^\$\w+$`).MatchString(variable) {
			return "", fmt.Errorf("%q is no plain variable: the plugin would not see that all is chosen", variable)
		}
		condition := sql[start+len(name) : comma]
		if len(c.values[variable[1:]]) == 0 {
			condition = "1=1"
		}
		sql = sql[:start] + condition + sql[end+1:]
	}
}

func (c choice) macro(use string) string {
	m := macroUse.FindStringSubmatch(use)
	at := func(t time.Time) string { return fmt.Sprintf("toDateTime(%d)", t.Unix()) }
	date := func(t time.Time) string { return fmt.Sprintf("toDate('%s')", t.Format("2006-01-02")) }
	seconds := int(math.Max(c.interval.Seconds(), 1))
	switch {
	case m[1] == "fromTime" && m[2] == "":
		return at(c.from)
	case m[1] == "toTime" && m[2] == "":
		return at(c.to)
	case m[1] == "interval_s" && m[2] == "":
		return fmt.Sprint(seconds)
	case m[2] == "" || strings.Contains(m[2], ","):
		return use // an error of the plugin
	case m[1] == "timeFilter":
		return fmt.Sprintf("%s >= %s AND %s <= %s", m[2], at(c.from), m[2], at(c.to))
	case m[1] == "dateFilter":
		return fmt.Sprintf("%s >= %s AND %s <= %s", m[2], date(c.from), m[2], date(c.to))
	case m[1] == "timeInterval":
		return fmt.Sprintf("toStartOfInterval(toDateTime(%s), INTERVAL %d second)", m[2], seconds)
	}
	return use
}

// TestExpand has the examples of the plugin's documentation, and what it refuses.
func TestExpand(t *testing.T) {
	from := time.Date(2024, 1, 15, 12, 0, 0, 0, time.UTC)
	c := choice{from: from, to: from.Add(time.Hour), interval: 20 * time.Second, values: map[string][]string{"device": {"1", "2"}, "one": {"x"}}}
	for in, want := range map[string]string{
		`WHERE $__timeFilter(at)`:                                `WHERE at >= toDateTime(1705320000) AND at <= toDateTime(1705323600)`,
		`WHERE $__dateFilter(day)`:                               `WHERE day >= toDate('2024-01-15') AND day <= toDate('2024-01-15')`,
		`SELECT $__timeInterval(at)`:                             `SELECT toStartOfInterval(toDateTime(at), INTERVAL 20 second)`,
		`$__fromTime $__toTime $__interval_s`:                    `toDateTime(1705320000) toDateTime(1705323600) 20`,
		`imei IN (${device:singlequote})`:                        `imei IN ('1','2')`,
		`$__conditionalAll(g IN (${group:singlequote}), $group)`: `1=1`,
		`$__conditionalAll(d IN (SELECT x FROM y WHERE z IN (${device:singlequote})), $device) AND $__conditionalAll(a = 1, $group)`: `d IN (SELECT x FROM y WHERE z IN ('1','2')) AND 1=1`,
		`imei = ${one:singlequote}`: `imei = 'x'`,
	} {
		got, err := c.expand(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got)
	}
	for _, in := range []string{
		`$__timeFilter(a, b)`, `$__unknown(a)`, `${nobody}`, `$nobody`, `$__timeFilter`,
		`$__conditionalAll(a IN (1, 2), 3, $device)`, `$__conditionalAll(a)`, `$__conditionalAll(a, ${device:singlequote})`,
	} {
		_, err := c.expand(in)
		require.Error(t, err, in)
	}
}
