package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// LastRules is the version of the rules that the last trip was found with, by when
// it was stored, and where there is no trip that of the last geofence event; empty:
// there is none either.
func LastRules(ctx context.Context, conn driver.Conn) (version string, err error) {
	for _, table := range []string{"trips", "geofence_events"} {
		err := conn.QueryRow(clickhouse.Context(ctx, clickhouse.WithSettings(retractedToo)),
			"SELECT rule_version FROM "+table+" WHERE NOT retracted ORDER BY inserted_time DESC LIMIT 1").Scan(&version)
		if err == nil {
			return version, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return "", fmt.Errorf("find the rules of the last event in %s: %w", table, err)
		}
	}
	return "", nil
}
