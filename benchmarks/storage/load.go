package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
)

// A block holds rows as native columns.
type block struct {
	imei, source, account, posType proto.ColStr
	fixTime, received, inserted    *proto.ColDateTime64
	gate                           *proto.ColNullable[time.Time]
	gateData                       *proto.ColDateTime64
	lat, lng                       proto.ColFloat64
	speed, heading                 proto.ColFloat32
	satellites                     proto.ColInt32
	acc                            proto.ColBool
	altitude                       *proto.ColNullable[float32]
	odometer                       *proto.ColNullable[float64]
	method, mode                   *proto.ColNullable[int32]
	status                         *proto.ColNullable[int64]
	quality                        *proto.ColArr[string]
	h3r7, h3r9, h3r11              proto.ColUInt64
	partition                      proto.ColInt32
	offset                         proto.ColInt64
}

func newBlock() *block {
	b := &block{
		fixTime: moments(proto.PrecisionSecond), received: moments(proto.PrecisionMilli), inserted: moments(proto.PrecisionMilli),
		gateData: moments(proto.PrecisionSecond),
		altitude: proto.NewColNullable(new(proto.ColFloat32)), odometer: proto.NewColNullable(new(proto.ColFloat64)),
		method: proto.NewColNullable(new(proto.ColInt32)), mode: proto.NewColNullable(new(proto.ColInt32)),
		status: proto.NewColNullable(new(proto.ColInt64)), quality: proto.NewArray(new(proto.ColStr)),
	}
	b.gate = proto.NewColNullable[time.Time](b.gateData)
	return b
}

func moments(p proto.Precision) *proto.ColDateTime64 {
	return new(proto.ColDateTime64).WithPrecision(p)
}

func (b *block) input() proto.Input {
	return proto.Input{
		{Name: "imei", Data: &b.imei}, {Name: "source", Data: &b.source}, {Name: "account", Data: &b.account}, {Name: "pos_type", Data: &b.posType},
		{Name: "fix_time", Data: b.fixTime}, {Name: "received_time", Data: b.received}, {Name: "inserted_time", Data: b.inserted}, {Name: "gate_time", Data: b.gate},
		{Name: "lat", Data: &b.lat}, {Name: "lng", Data: &b.lng}, {Name: "speed_kmh", Data: &b.speed}, {Name: "heading_deg", Data: &b.heading},
		{Name: "satellites", Data: &b.satellites}, {Name: "acc", Data: &b.acc}, {Name: "altitude_m", Data: b.altitude}, {Name: "odometer_m", Data: b.odometer},
		{Name: "post_method", Data: b.method}, {Name: "gps_mode", Data: b.mode}, {Name: "status", Data: b.status}, {Name: "quality", Data: b.quality},
		{Name: "h3_r7", Data: &b.h3r7}, {Name: "h3_r9", Data: &b.h3r9}, {Name: "h3_r11", Data: &b.h3r11},
		{Name: "raw_partition", Data: &b.partition}, {Name: "raw_offset", Data: &b.offset},
	}
}

// insertInto names the columns as the block has them; positions become the
// stored form in ClickHouse.
const insertInto = `INSERT INTO %s (imei, source, account, pos_type, fix_time, received_time, inserted_time, gate_time, lat_e7, lng_e7, speed_kmh, heading_deg, satellites, acc,
	altitude_m, odometer_m, post_method, gps_mode, status, quality, h3_r7, h3_r9, h3_r11, raw_partition, raw_offset)
	SELECT imei, source, account, pos_type, fix_time, received_time, inserted_time, gate_time, toInt32(round(lat * 1e7)), toInt32(round(lng * 1e7)), speed_kmh, heading_deg, satellites, acc,
	altitude_m, odometer_m, post_method, gps_mode, status, quality, h3_r7, h3_r9, h3_r11, raw_partition, raw_offset
	FROM input('imei String, source String, account String, pos_type String, fix_time DateTime64(0), received_time DateTime64(3), inserted_time DateTime64(3), gate_time Nullable(DateTime64(0)),
	lat Float64, lng Float64, speed_kmh Float32, heading_deg Float32, satellites Int32, acc Bool, altitude_m Nullable(Float32), odometer_m Nullable(Float64), post_method Nullable(Int32),
	gps_mode Nullable(Int32), status Nullable(Int64), quality Array(String), h3_r7 UInt64, h3_r9 UInt64, h3_r11 UInt64, raw_partition Int32, raw_offset Int64') FORMAT Native`

func (b *block) append(imei string, f *fix) {
	b.imei.Append(imei)
	b.source.Append(f.source)
	b.account.Append("main")
	b.posType.Append("gps")
	b.fixTime.Data = append(b.fixTime.Data, proto.DateTime64(f.fixMS/1000))
	b.received.Data = append(b.received.Data, proto.DateTime64(f.received))
	b.inserted.Data = append(b.inserted.Data, proto.DateTime64(f.inserted))
	b.gateData.Data = append(b.gateData.Data, proto.DateTime64(f.gateMS/1000))
	b.gate.Nulls = append(b.gate.Nulls, null(f.gateMS == 0))
	b.lat.Append(f.lat)
	b.lng.Append(f.lng)
	b.speed.Append(f.speedKMH)
	b.heading.Append(f.headingDeg)
	b.satellites.Append(int32(f.satellites))
	b.acc.Append(f.acc)
	b.altitude.Append(proto.Nullable[float32]{Set: f.altitudeM != noAltitude, Value: float32(f.altitudeM)})
	b.odometer.Append(proto.Nullable[float64]{Set: f.odometerM >= 0, Value: float64(f.odometerM)})
	b.method.Append(proto.Nullable[int32]{Set: f.postMethod >= 0, Value: int32(f.postMethod)})
	pushed := f.postMethod >= 0
	b.mode.Append(proto.Nullable[int32]{Set: pushed, Value: int32(digit(f.upload))})
	status := 1<<18 | 1<<1 | digit(f.acc) | digit(f.lat < 0)<<2 | digit(f.lng < 0)<<3
	b.status.Append(proto.Nullable[int64]{Set: pushed, Value: status})
	var flags []string
	if f.quality != "" {
		flags = []string{f.quality}
	}
	b.quality.Append(flags)
	b.h3r7.Append(f.h3r7)
	b.h3r9.Append(f.h3r9)
	b.h3r11.Append(f.h3r11)
	b.partition.Append(f.partition)
	b.offset.Append(f.offset)
}

func null(is bool) uint8 { return uint8(digit(is)) }

func digit(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// load makes fixes until there are so many and inserts them as the sink does, in
// the order in which they come.
func load(ctx context.Context, c *ch.Client, table string, fixes, devices int, progress func(done int)) error {
	made := make(chan []fix) // an hour ahead
	f := newFleet(devices)
	go func() {
		defer close(made)
		for n := 0; n < fixes; {
			h := f.hour()
			h = h[:min(len(h), fixes-n)]
			n += len(h)
			select {
			case made <- h:
			case <-ctx.Done():
				return
			}
		}
	}()
	done := 0
	for h := range made {
		b := newBlock()
		for i := range h {
			b.append(f.imeis[h[i].device], &h[i])
		}
		if err := c.Do(ctx, ch.Query{Body: fmt.Sprintf(insertInto, table), Input: b.input(), Settings: []ch.Setting{ch.SettingInt("async_insert", 0)}}); err != nil {
			return err
		}
		done += len(h)
		progress(done)
	}
	return ctx.Err()
}
