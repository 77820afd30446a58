package clickhouse

import (
	"math"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/odograph/odograph/pkg/schema"
)

// fixColumns are the columns of the table fixes. They are written out, because
// nearly all rows are fixes and a call per value would be half of the work.
type fixColumns struct {
	imei                     proto.ColStr
	fixTime, receivedTime    *proto.ColDateTime64
	gateTime                 *optTimes
	source, account, posType *wordColumn
	latE7, lngE7             proto.ColInt32
	speed, heading, altitude *optColumn[float32]
	odometer                 *optColumn[float64]
	satellites               *optColumn[int32]
	postMethod, gpsMode      *optColumn[int32]
	status                   *optColumn[int64]
	acc                      *optColumn[bool]
	quality                  *proto.ColLowCardinality[string]
	qualityArray             *proto.ColArr[string]
	h3r7, h3r9, h3r11        proto.ColUInt64
	fence                    *proto.ColLowCardinality[string]
	fenceArray               *proto.ColArr[string]
	rawPartition             proto.ColInt32
	rawOffset                proto.ColInt64
	columns                  proto.Input
}

func newFixColumns() columns[schema.Fix] {
	c := &fixColumns{
		fixTime: newTimes(0), receivedTime: newTimes(3), gateTime: newOptTimes(0),
		source: newWords(), account: newWords(), posType: newWords(),
		speed: newOptFloat32(), heading: newOptFloat32(), altitude: newOptFloat32(),
		odometer: newOptFloat64(), satellites: newOptInt32(), postMethod: newOptInt32(), gpsMode: newOptInt32(),
		status: newOptInt64(), acc: newOptBool(),
		quality: new(proto.ColStr).LowCardinality(), fence: new(proto.ColStr).LowCardinality(),
	}
	c.qualityArray, c.fenceArray = proto.NewArray[string](c.quality), proto.NewArray[string](c.fence)
	c.columns = proto.Input{
		{Name: "imei", Data: &c.imei},
		{Name: "fix_time", Data: c.fixTime},
		{Name: "received_time", Data: c.receivedTime},
		{Name: "gate_time", Data: &c.gateTime.ColNullable},
		{Name: "source", Data: &c.source.ColLowCardinalityRaw},
		{Name: "account", Data: &c.account.ColLowCardinalityRaw},
		{Name: "lat_e7", Data: &c.latE7},
		{Name: "lng_e7", Data: &c.lngE7},
		{Name: "speed_kmh", Data: &c.speed.ColNullable},
		{Name: "heading_deg", Data: &c.heading.ColNullable},
		{Name: "satellites", Data: &c.satellites.ColNullable},
		{Name: "acc", Data: &c.acc.ColNullable},
		{Name: "altitude_m", Data: &c.altitude.ColNullable},
		{Name: "odometer_m", Data: &c.odometer.ColNullable},
		{Name: "pos_type", Data: &c.posType.ColLowCardinalityRaw},
		{Name: "post_method", Data: &c.postMethod.ColNullable},
		{Name: "gps_mode", Data: &c.gpsMode.ColNullable},
		{Name: "status", Data: &c.status.ColNullable},
		{Name: "quality", Data: c.qualityArray},
		{Name: "h3_r7", Data: &c.h3r7},
		{Name: "h3_r9", Data: &c.h3r9},
		{Name: "h3_r11", Data: &c.h3r11},
		{Name: "fence_ids", Data: c.fenceArray},
		{Name: "raw_partition", Data: &c.rawPartition},
		{Name: "raw_offset", Data: &c.rawOffset},
	}
	return c
}

func (c *fixColumns) append(f *schema.Fix) {
	c.imei.Append(f.IMEI)
	c.fixTime.Data = append(c.fixTime.Data, ticks(f.FixTime, 0))
	c.receivedTime.Data = append(c.receivedTime.Data, ticks(f.ReceivedTime, 3))
	c.gateTime.append(f.GateTime)
	c.source.append(string(f.Source))
	c.account.append(f.Account)
	c.latE7 = append(c.latE7, degreesE7(f.Lat))
	c.lngE7 = append(c.lngE7, degreesE7(f.Lng))
	appendFloat32(c.speed, f.SpeedKMH)
	appendFloat32(c.heading, f.HeadingDeg)
	c.satellites.append(f.Satellites)
	c.acc.append(f.ACC)
	appendFloat32(c.altitude, f.AltitudeM)
	c.odometer.append(f.OdometerM)
	c.posType.append(string(f.PosType))
	c.postMethod.append(f.PostMethod)
	c.gpsMode.append(f.GPSMode)
	c.status.append(f.Status)
	for _, q := range f.Quality {
		c.quality.Append(string(q))
	}
	c.qualityArray.Offsets = append(c.qualityArray.Offsets, uint64(len(c.quality.Values)))
	c.h3r7 = append(c.h3r7, uint64(f.H3R7))
	c.h3r9 = append(c.h3r9, uint64(f.H3R9))
	c.h3r11 = append(c.h3r11, uint64(f.H3R11))
	for _, id := range f.FenceIDs {
		c.fence.Append(id)
	}
	c.fenceArray.Offsets = append(c.fenceArray.Offsets, uint64(len(c.fence.Values)))
	c.rawPartition = append(c.rawPartition, f.RawPartition)
	c.rawOffset = append(c.rawOffset, f.RawOffset)
}

func (c *fixColumns) reset() {
	for _, w := range []*wordColumn{c.source, c.account, c.posType} {
		w.reset()
	}
	for _, col := range c.columns {
		col.Data.(proto.Resettable).Reset()
	}
}

func (c *fixColumns) input() proto.Input { return c.columns }

// degreesE7 is the stored form of a coordinate, in 1e-7 degrees (1 cm). What
// no Int32 can hold becomes its nearest bound, which the table refuses: a
// wrong position must not become another one.
func degreesE7(degrees float64) int32 {
	v := math.Round(degrees * 1e7)
	switch {
	case v >= math.MaxInt32:
		return math.MaxInt32
	case v > math.MinInt32: // false for a NaN
		return int32(v)
	}
	return math.MinInt32
}

// optColumn is a Nullable column that is appended to without a call through an
// interface.
type optColumn[V any] struct {
	proto.ColNullable[V]
	values *[]V
}

func (c *optColumn[V]) append(o schema.Opt[V]) {
	var v V
	null := uint8(1)
	if o.Valid {
		v, null = o.Value, 0
	}
	c.Nulls = append(c.Nulls, null)
	*c.values = append(*c.values, v)
}

func appendFloat32(c *optColumn[float32], o schema.Opt[float64]) {
	c.append(schema.Opt[float32]{Value: float32(o.Value), Valid: o.Valid})
}

func newOptFloat32() *optColumn[float32] {
	values := new(proto.ColFloat32)
	return &optColumn[float32]{*proto.NewColNullable[float32](values), (*[]float32)(values)}
}

func newOptFloat64() *optColumn[float64] {
	values := new(proto.ColFloat64)
	return &optColumn[float64]{*proto.NewColNullable[float64](values), (*[]float64)(values)}
}

func newOptInt32() *optColumn[int32] {
	values := new(proto.ColInt32)
	return &optColumn[int32]{*proto.NewColNullable[int32](values), (*[]int32)(values)}
}

func newOptInt64() *optColumn[int64] {
	values := new(proto.ColInt64)
	return &optColumn[int64]{*proto.NewColNullable[int64](values), (*[]int64)(values)}
}

func newOptBool() *optColumn[bool] {
	values := new(proto.ColBool)
	return &optColumn[bool]{*proto.NewColNullable[bool](values), (*[]bool)(values)}
}
