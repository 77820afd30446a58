package grafana

import (
	"os"
	"slices"
	"testing"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
)

// TestMeasure asks a database of yours what the panels ask, over the time that
// each dashboard shows at first, and logs how long it takes and what is read:
//
//	ODOGRAPH_DASHBOARDS_DSN=clickhouse://reader:reader@127.0.0.1:9000/fleet go test ./deploy/grafana -run TestMeasure -v
func TestMeasure(t *testing.T) {
	dsn := os.Getenv("ODOGRAPH_DASHBOARDS_DSN")
	if dsn == "" {
		t.Skip("ODOGRAPH_DASHBOARDS_DSN is not set")
	}
	conn := connect(t, dsn)
	devices, err := ask(t.Context(), conn, "SELECT imei FROM trips GROUP BY imei ORDER BY sum(distance_m) DESC LIMIT 1")
	require.NoError(t, err)
	require.NotEmpty(t, devices.rows, "no trip in this database")
	imei, _ := plain(devices.rows[0][0]).(string)
	for _, d := range boards() {
		back, err := time.ParseDuration(map[string]string{"now-7d": "168h"}[d.from])
		if err != nil {
			back, err = time.ParseDuration(d.from[len("now-"):])
		}
		require.NoError(t, err)
		c := choice{from: time.Now().Add(-back), to: time.Now(), interval: max(time.Second, back/1000), values: map[string][]string{}}
		if slices.ContainsFunc(d.variables, func(v variable) bool { return v.one }) {
			c.values["device"] = []string{imei}
		}
		for _, r := range d.rows {
			for _, p := range r.panels {
				for _, q := range p.queries {
					if q.source != clickhouse {
						continue
					}
					sql, err := c.expand(q.text)
					require.NoError(t, err)
					var read, bytes uint64
					ctx := ch.Context(t.Context(), ch.WithProgress(func(p *ch.Progress) { read, bytes = read+p.Rows, bytes+p.Bytes }))
					start := time.Now()
					a, err := ask(ctx, conn, sql)
					require.NoError(t, err, sql)
					t.Logf("%-20s %-40s %6d ms %12d rows read %10d KiB %6d rows", d.title, p.title, time.Since(start).Milliseconds(), read, bytes>>10, len(a.rows))
				}
			}
		}
	}
}
