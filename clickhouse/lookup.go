package clickhouse

import (
	"context"
	"fmt"
	"slices"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"

	"github.com/odograph/odograph/pkg/schema"
)

// fixKey is what makes two fixes the same.
type fixKey struct {
	imei string
	unix int64
}

// fixContent is what a further sighting is compared with, in stored form.
type fixContent struct {
	latE7, lngE7   int32
	speed, heading schema.Opt[float32]
}

func contentOf(f *schema.Fix) fixContent {
	return fixContent{
		degreesE7(f.Lat), degreesE7(f.Lng),
		float32Of(f.SpeedKMH), float32Of(f.HeadingDeg),
	}
}

func float32Of(o schema.Opt[float64]) schema.Opt[float32] {
	if !o.Valid {
		return schema.Opt[float32]{}
	}
	return schema.Some(float32(o.Value))
}

// sighting is a fix that is there before the one in question.
type sighting struct {
	place   schema.Place
	content fixContent
}

// Unverified counts the fixes that are too old for the enricher to know
// whether they are repeats.
func (b *Batch) Unverified() int {
	n := 0
	if b.fixes == nil {
		return 0
	}
	for i := range b.fixes.data {
		if unverified(&b.fixes.data[i]) {
			n++
		}
	}
	return n
}

func unverified(f *schema.Fix) bool { return slices.Contains(f.Quality, schema.QualityUnverified) }

// Verify looks up the unverified fixes among the given rows, which must be all
// of the batch in their order, and turns those that are repeats into rows of
// fix_repeats. A fix of which only its own row is stored stays a fix, so the
// outcome is the same when a batch is verified again after a crash. It gives the
// number of repeats found.
func (b *Batch) Verify(ctx context.Context, db *DB, all []Row) (found int, err error) {
	if b.Unverified() == 0 {
		return 0, nil
	}
	stored, err := db.storedFixes(ctx, b.fixes.data)
	if err != nil {
		return 0, err
	}
	repeats := b.tables[1].(*rows[schema.Repeat])
	before := make(map[fixKey]sighting, len(all)) // fixes of this batch
	for n := range all {
		if all[n].Rows != Rows(b.fixes) {
			continue
		}
		f := &b.fixes.data[all[n].Index]
		key := fixKey{f.IMEI, f.FixTime.Unix()}
		first, repeat := before[key]
		if unverified(f) && !repeat {
			first, repeat = otherThan(f.Place, stored[key])
		}
		if unverified(f) && repeat {
			all[n] = Row{repeats, repeats.add(repeatOf(f, first.content != contentOf(f)))}
			found++
			continue
		}
		before[key] = sighting{f.Place, contentOf(f)}
	}
	return found, nil
}

// otherThan finds a stored fix that came from another item; a fix that is
// stored itself is none.
func otherThan(own schema.Place, stored []sighting) (sighting, bool) {
	for _, s := range stored {
		if s.place == own {
			return sighting{}, false
		}
	}
	if len(stored) == 0 {
		return sighting{}, false
	}
	return stored[0], true
}

func repeatOf(f *schema.Fix, conflict bool) schema.Repeat {
	return schema.Repeat{
		Item: f.Item, EventTime: f.FixTime, IsFix: true, Conflict: conflict,
		Lat: schema.Some(f.Lat), Lng: schema.Some(f.Lng), SpeedKMH: f.SpeedKMH, HeadingDeg: f.HeadingDeg,
	}
}

// storedFixes finds what is stored for the unverified ones among fixes.
func (db *DB) storedFixes(ctx context.Context, fixes []schema.Fix) (map[fixKey][]sighting, error) {
	var imei proto.ColStr
	times := newTimes(0)
	var span timeSpan
	for i := range fixes {
		if unverified(&fixes[i]) {
			imei.Append(fixes[i].IMEI)
			times.Data = append(times.Data, ticks(fixes[i].FixTime, 0))
			span.add(fixes[i].FixTime)
		}
	}
	var out struct {
		imei           proto.ColStr
		fixTime        *proto.ColDateTime64
		lat, lng       proto.ColInt32
		speed, heading *proto.ColNullable[float32]
		partition      proto.ColInt32
		offset         proto.ColInt64
	}
	out.fixTime = newTimes(0)
	out.speed, out.heading = proto.NewColNullable[float32](new(proto.ColFloat32)), proto.NewColNullable[float32](new(proto.ColFloat32))
	found := map[fixKey][]sighting{}
	query := ch.Query{
		// The span lets ClickHouse leave out whole table partitions.
		Body: "SELECT imei, fix_time, lat_e7, lng_e7, speed_kmh, heading_deg, raw_partition, raw_offset FROM fixes" +
			" WHERE (imei, fix_time) IN (SELECT imei, fix_time FROM wanted) AND " + span.condition("fix_time") +
			" ORDER BY raw_partition, raw_offset SETTINGS final = 0",
		ExternalTable: "wanted",
		ExternalData:  []proto.InputColumn{{Name: "imei", Data: &imei}, {Name: "fix_time", Data: times}},
		Result: proto.Results{
			{Name: "imei", Data: &out.imei}, {Name: "fix_time", Data: out.fixTime},
			{Name: "lat_e7", Data: &out.lat}, {Name: "lng_e7", Data: &out.lng},
			{Name: "speed_kmh", Data: out.speed}, {Name: "heading_deg", Data: out.heading},
			{Name: "raw_partition", Data: &out.partition}, {Name: "raw_offset", Data: &out.offset},
		},
		OnResult: func(context.Context, proto.Block) error {
			for i := range out.imei.Rows() {
				key := fixKey{out.imei.Row(i), int64(out.fixTime.Data[i])}
				found[key] = append(found[key], sighting{
					schema.Place{RawPartition: out.partition.Row(i), RawOffset: out.offset.Row(i)},
					fixContent{out.lat.Row(i), out.lng.Row(i), optOf(out.speed.Row(i)), optOf(out.heading.Row(i))},
				})
			}
			return nil
		},
	}
	if err := db.with(ctx, func(c *ch.Client) error { return c.Do(ctx, query) }); err != nil {
		return nil, fmt.Errorf("look up %d unverified fixes: %w", imei.Rows(), err)
	}
	return found, nil
}

func optOf(n proto.Nullable[float32]) schema.Opt[float32] {
	if !n.Set {
		return schema.Opt[float32]{}
	}
	return schema.Some(n.Value)
}
