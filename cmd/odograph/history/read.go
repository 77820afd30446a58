package history

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/pkg/schema"
)

// settings of every query: the latest revision of each row only, and time
// enough to read a large group of devices.
var settings = clickhouse.Settings{"final": 1, "max_execution_time": 600}

func queryContext(ctx context.Context) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithSettings(settings))
}

// A scope is what a query reads: devices, and from and to of each table in
// seconds since 1970.
type scope struct {
	imeis       []string // in order
	late        bool     // what came too late for the enricher as well
	from, to    int64
	sensorsFrom int64
	over        int64 // stored events that hold on at from are read from here on; 0: none of them
}

// where is the condition for a table with the column of its time.
func (s *scope) where(column string, from int64) string {
	c := []string{
		"imei >= " + quote(s.imeis[0]), "imei <= " + quote(s.imeis[len(s.imeis)-1]), "imei IN (" + quoted(s.imeis) + ")",
		column + " >= " + second(from), column + " < " + second(s.to),
	}
	if !s.late {
		c = append(c, "(raw_partition, raw_offset) NOT IN (SELECT raw_partition, raw_offset FROM recompute_open WHERE "+
			c[0]+" AND "+c[1]+")")
	}
	return strings.Join(c, " AND ")
}

func second(t int64) string { return "toDateTime64(" + strconv.FormatInt(t, 10) + ", 3, 'UTC')" }

// quote makes a text of SQL. Names of devices are the vendor's: anything.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return strings.Join(out, ", ")
}

// stream is a Source of the rows of a table. The record is the same for every
// row.
type stream[T any] struct {
	rows   driver.Rows
	scan   func(*row, *T) error
	row    row
	record T
}

func (s *stream[T]) Next() (Row, bool, error) {
	if !s.rows.Next() {
		return Row{}, false, s.rows.Err()
	}
	s.row.rows = s.rows
	err := s.scan(&s.row, &s.record)
	return Row{IMEI: s.row.imei, Second: s.row.at.Unix(), Place: s.row.place, Record: &s.record}, true, err
}

// A row is what the rows of all tables begin with.
type row struct {
	rows  driver.Rows
	imei  string
	at    time.Time
	place schema.Place
	dest  []any
}

// scan reads it, and the columns after it.
func (r *row) scan(dest ...any) error {
	r.dest = append(append(r.dest[:0], &r.imei, &r.at, &r.place.RawPartition, &r.place.RawOffset), dest...)
	return r.rows.Scan(r.dest...)
}

func (s *stream[T]) close() { _ = s.rows.Close() }

// A table is how the rows of one are read.
type table interface {
	open(ctx context.Context, conn driver.Conn, s *scope) (closingSource, error)
}

type closingSource interface {
	Source
	close()
}

type source[T any] struct {
	name, columns, time, only string // only: a further condition
	slow                      bool   // read from long before, since what it says holds for long
	scan                      func(*row, *T) error
}

func (q source[T]) open(ctx context.Context, conn driver.Conn, s *scope) (closingSource, error) {
	from := s.from
	if q.slow {
		from = s.sensorsFrom
	}
	where := s.where(q.time, from)
	if q.only != "" {
		where += " AND " + q.only
	}
	rows, err := conn.Query(queryContext(ctx), "SELECT imei, "+q.time+", raw_partition, raw_offset, "+q.columns+" FROM "+q.name+" WHERE "+where+" ORDER BY imei, "+q.time)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", q.name, err)
	}
	return &stream[T]{rows: rows, scan: q.scan}, nil
}

// tables are all that detectors see; fixes first, as in the enricher.
var tables = []table{
	source[schema.Fix]{
		name: "fixes", time: "fix_time", scan: scanFix,
		columns: "lat_e7, lng_e7, toFloat32(ifNull(speed_kmh, -1)), toFloat32(ifNull(heading_deg, -1)), toInt32(ifNull(satellites, -1)), " +
			"toInt8(ifNull(acc, -1)), toFloat64(ifNull(odometer_m, -1)), toString(pos_type), toInt32(ifNull(post_method, -1)), quality",
	},
	source[schema.Alarm]{
		name: "alarms", time: "event_time", scan: scanAlarm,
		columns: "msg_class, toString(code), toString(subtype), ended, lat, lng, speed_kmh, driver_id, driver_name",
	},
	source[schema.Heartbeat]{name: "heartbeats", time: "event_time", columns: "acc", scan: scanHeartbeat},
	source[schema.OBD]{name: "obd", time: "event_time", columns: "acc", scan: scanOBD},
	source[schema.Sensor]{
		name: "sensors", time: "event_time", slow: true, only: "kind != 'cells'", scan: scanSensor,
		columns: "toString(kind), channel, value, toString(unit), temperature_c, text",
	},
	source[schema.Fault]{name: "faults", time: "event_time", columns: "codes, lat, lng", slow: true, scan: scanFault},
}

func scanFix(row *row, f *schema.Fix) error {
	var latE7, lngE7, satellites, postMethod int32
	var speed, heading float32
	var acc int8
	var odometer float64
	var posType string
	var quality []string
	err := row.scan(&latE7, &lngE7, &speed, &heading, &satellites, &acc, &odometer, &posType, &postMethod, &quality)
	*f = schema.Fix{FixTime: row.at, Lat: float64(latE7) / 1e7, Lng: float64(lngE7) / 1e7, PosType: schema.PosType(posType)}
	f.SpeedKMH, f.HeadingDeg = known(shortest(speed)), known(shortest(heading))
	f.Satellites, f.PostMethod, f.OdometerM = known(satellites), known(postMethod), known(odometer)
	if acc >= 0 {
		f.ACC = schema.Some(acc > 0)
	}
	for _, q := range quality {
		f.Quality = append(f.Quality, schema.Quality(q))
	}
	return err
}

// known is a number of which none is below 0.
func known[T float64 | int32](v T) schema.Opt[T] {
	if v < 0 {
		return schema.Opt[T]{}
	}
	return schema.Some(v)
}

// shortest is the number that was stored in fewer bits, as it came: 33.35 and
// not 33.349998.
func shortest(v float32) float64 {
	if w := float64(v); w == math.Trunc(w) {
		return w
	}
	w, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64) // what was just printed
	return w
}

func option[T any](v *T) schema.Opt[T] {
	if v == nil {
		return schema.Opt[T]{}
	}
	return schema.Some(*v)
}

func scanAlarm(row *row, a *schema.Alarm) error {
	*a = schema.Alarm{}
	var lat, lng, speed *float64
	err := row.scan(&a.MsgClass, &a.Code, &a.Subtype, &a.Ended, &lat, &lng, &speed, &a.DriverID, &a.DriverName)
	a.EventTime, a.Lat, a.Lng, a.SpeedKMH = row.at, option(lat), option(lng), option(speed)
	return err
}

func scanHeartbeat(row *row, h *schema.Heartbeat) error {
	var acc *bool
	err := row.scan(&acc)
	*h = schema.Heartbeat{EventTime: row.at, ACC: option(acc)}
	return err
}

func scanOBD(row *row, o *schema.OBD) error {
	var acc *bool
	err := row.scan(&acc)
	*o = schema.OBD{EventTime: row.at, ACC: option(acc)}
	return err
}

func scanSensor(row *row, s *schema.Sensor) error {
	*s = schema.Sensor{}
	var value, temperature *float64
	err := row.scan(&s.Kind, &s.Channel, &value, &s.Unit, &temperature, &s.Text)
	s.EventTime, s.Value, s.TemperatureC = row.at, option(value), option(temperature)
	return err
}

func scanFault(row *row, f *schema.Fault) error {
	*f = schema.Fault{}
	var lat, lng *float64
	err := row.scan(&f.Codes, &lat, &lng)
	f.EventTime, f.Lat, f.Lng = row.at, option(lat), option(lng)
	return err
}
