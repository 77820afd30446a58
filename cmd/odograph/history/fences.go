package history

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/schema"
)

// ReadBook reads all versions of all fences, so that each fix is judged by the
// version that held at its time. What an enricher would refuse is left out, as it
// does, and given to refused.
func ReadBook(ctx context.Context, conn driver.Conn, refused func(error)) (*fences.Book, Validity, error) {
	all, err := readFences(ctx, conn, nil)
	if err != nil {
		return nil, nil, err
	}
	var versions []*fences.Version
	for i := range all {
		v, err := fences.Compile(&all[i].Fence)
		if err != nil {
			refused(err)
			continue
		}
		versions = append(versions, v)
	}
	const nothing = -1 << 62 // is forgotten
	return new(fences.Book).With(versions, nothing), validityOf(all), nil
}

// A FenceRow is a version of a fence as it is stored.
type FenceRow struct {
	schema.Fence
	Updated time.Time
	First   bool // there is no version before it
}

// NewestFences reads the newest version of each of some fences, by id. One that
// is deleted is among them.
func NewestFences(ctx context.Context, conn driver.Conn, ids []string) (map[string]FenceRow, error) {
	all, err := readFences(ctx, conn, ids)
	if err != nil {
		return nil, err
	}
	out := map[string]FenceRow{}
	for _, f := range all {
		_, before := out[f.FenceID]
		f.First = !before
		out[f.FenceID] = f
	}
	return out, nil
}

// readFences reads the versions of fences in the order in which they came.
func readFences(ctx context.Context, conn driver.Conn, ids []string) ([]FenceRow, error) {
	where := ""
	if ids != nil {
		where = " WHERE fence_id IN (" + quoted(ids) + ")"
	}
	rows, err := conn.Query(queryContext(ctx), "SELECT fence_id, version, name, geojson, deleted, valid_from, imeis, group_names, speed_limit_kmh, settings, updated_time FROM fence_versions"+
		where+" ORDER BY updated_time, fence_id, version")
	if err != nil {
		return nil, fmt.Errorf("read the geofences: %w", err)
	}
	defer rows.Close()
	var out []FenceRow
	for rows.Next() {
		f, err := scanVersion(rows)
		if err != nil {
			return nil, fmt.Errorf("read the geofences: %w", err)
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

func scanVersion(rows driver.Rows) (f FenceRow, err error) {
	var geojson, settings string
	var from *time.Time
	var limit *float64
	if err := rows.Scan(&f.FenceID, &f.Version, &f.Name, &geojson, &f.Deleted, &from, &f.IMEIs, &f.Groups, &limit, &settings, &f.Updated); err != nil {
		return f, err
	}
	if settings != "" {
		if err := json.Unmarshal([]byte(settings), &f.Fence); err != nil { // it has none of the other members
			return f, fmt.Errorf("settings of fence %q: %w", f.FenceID, err)
		}
	}
	f.GeoJSON, f.ValidFrom, f.SpeedLimitKMH = schema.Bytes(geojson), option(from), option(limit)
	if f.Deleted && f.Version < 1 { // ended by a record without a value
		f.Version, f.ValidFrom = 1, schema.Some(f.Updated)
	}
	return f, nil
}
