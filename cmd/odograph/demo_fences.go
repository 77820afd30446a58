package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// A demoFence is a circle that vehicles of the demo come by.
type demoFence struct {
	id, name string
	at       geo.Point
	radiusM  float64
}

// circles are drawn where some vehicles were before the start, small and large.
func (d *demo) circles() (out []demoFence) {
	imeis := d.platform.IMEIs()
	for i, name := range []string{"depot", "school", "stadium", "market", "harbour", "hospital", "airport", "old town"} {
		at := d.began.Add(-time.Duration(2+3*i) * time.Minute)
		way := d.platform.Truth(imeis[i*len(imeis)/8], at.Add(-time.Minute), at)
		if len(way) == 0 {
			continue
		}
		p := way[len(way)-1]
		out = append(out, demoFence{
			id: "demo/" + d.fleet() + "/" + name, name: name, at: geo.Point{Lat: p.Lat, Lng: p.Lng}, radiusM: float64(100 * (1 + i%4)),
		})
	}
	return out
}

// defineFences publishes them for the vehicles of this run.
func (d *demo) defineFences(ctx context.Context) error {
	cfg := config.DefaultKafka()
	cfg.KafkaBrokers = d.engine.Brokers()
	topic, err := openFences(ctx, &cfg)
	if err != nil {
		return err
	}
	defer topic.Close()
	var list []schema.Fence
	for _, c := range d.circles() {
		shape, err := geo.CircleOf(c.at, c.radiusM).GeoJSON()
		if err != nil {
			return err
		}
		list = append(list, schema.Fence{FenceID: c.id, Version: 1, Name: c.name, GeoJSON: shape, IMEIs: d.platform.IMEIs()})
	}
	if err := topic.Publish(ctx, list); err != nil {
		return fmt.Errorf("define the demo's geofences: %w", err)
	}
	return nil
}

const kindVisit = "fence visit"

// leastVisit is the shortest true visit that has to be found: a shorter one may
// cut off a corner that the receiver's noise does not show.
const leastVisit = 5 * time.Second

// visited are the visits that were found.
func (d *demo) visited(ctx context.Context, reader clickhouse.Conn) (out []happening, err error) {
	rows, err := reader.Query(ctx, `SELECT imei, fence_id, assumeNotNull(start_time), if(ongoing, now64(3, 'UTC'), assumeNotNull(end_time)), ongoing
		FROM fence_visits WHERE startsWith(imei, {fleet:String}) AND start_time IS NOT NULL AND (ongoing OR end_time IS NOT NULL)`, clickhouse.Named("fleet", d.fleet()))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		h := happening{kind: kindVisit}
		if err := rows.Scan(&h.imei, &h.of, &h.start, &h.end, &h.cut); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

// trueVisits are the visits that there were.
func (d *demo) trueVisits(from, to, polled time.Time) (out []happening) {
	for _, c := range d.circles() {
		for _, imei := range d.platform.IMEIs() {
			for _, v := range d.platform.Visits(imei, c.at.Lat, c.at.Lng, c.radiusM, from, polled) {
				whole := v.Enter.After(from) && !v.Exit.IsZero() && !v.Exit.After(to) && v.Exit.Sub(v.Enter) >= leastVisit
				if v.Exit.IsZero() {
					v.Exit = polled
				}
				out = append(out, happening{imei: imei, kind: kindVisit, of: c.id, start: v.Enter, end: v.Exit, whole: whole})
			}
		}
	}
	return out
}
