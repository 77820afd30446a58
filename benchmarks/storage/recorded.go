package main

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go"

	"github.com/odograph/odograph/pkg/h3"
)

// A recording is a folder of real drives, and where its columns are.
type recording struct {
	what, files                        string
	device, at, layout                 string
	lat, lng, speed, heading, altitude string
	satellites                         string
	toKMH                              float64
	columns                            string // that it has

	coordinates []float64 // bytes a fix, in each of variants[0]
}

var recordings = []recording{
	{
		what: "cars, 1 Hz, 8 decimals (driveplotr_nds_a)", files: "driveplotr_nds_a/*.csv.gz", device: "drive", at: "time_utc", layout: time.RFC3339,
		lat: "gps_lat", lng: "gps_long", speed: "speed_mph", heading: "gps_heading_raw", altitude: "gps_elevation", satellites: "gps_sats", toKMH: 1.609344,
		columns: "imei fix_time lat lng speed_kmh heading_deg altitude_m satellites h3_r7 h3_r9 h3_r11",
	},
	{
		what: "buses, every 1 to 2 min, 6 decimals (capmetro_fleet_a)", files: "capmetro_fleet_a/*.csv.gz", device: "vehicle_id", at: "timestamp", layout: time.RFC3339,
		lat: "latitude", lng: "longitude", speed: "speed", toKMH: 3.6, columns: "imei fix_time lat lng speed_kmh h3_r7 h3_r9 h3_r11",
	},
	{
		what: "electric cars, 1 Hz, 6 decimals (twizy_rsk_a)", files: "twizy_rsk_a/*.csv.gz", at: "Date Time", layout: "01/02/2006 15:04:05",
		lat: "LAT", lng: "LON", speed: "Speed", altitude: "ALT", toKMH: 1, columns: "imei fix_time lat lng speed_kmh altitude_m h3_r7 h3_r9 h3_r11",
	},
}

// recordedPart keeps real drives in the designs, where data has them.
func recordedPart(ctx context.Context, s *server, cfg *config) error {
	fmt.Printf("\n## Recorded drives\n\nBytes a fix of the columns that a recording has, in the naive, the first and the chosen design. These tables are small, so that the first values of blocks weigh more.\n\n| recording | fixes | columns | naive | first | chosen | naive / chosen |\n|---|---|---|---|---|---|---|\n")
	for i := range recordings {
		r := &recordings[i]
		fixes, devices, err := r.read(os.DirFS(cfg.data))
		if err != nil {
			return fmt.Errorf("%s: %w", r.files, err)
		}
		if len(fixes) == 0 {
			progressf("%s is left out: not below %s", r.files, cfg.data)
			continue
		}
		if err := r.weigh(ctx, s, fixes, devices); err != nil {
			return fmt.Errorf("%s: %w", r.files, err)
		}
	}
	fmt.Printf("\nTheir latitude and longitude in each way, bytes a fix:\n\n| type | codec |")
	for _, r := range recordings {
		fmt.Printf(" %s |", r.what)
	}
	fmt.Printf("\n|---|---|%s\n", strings.Repeat("---|", len(recordings)))
	for i, w := range variants[0].ways("lat") {
		fmt.Printf("| %s | %s |", w.what, w.codec)
		for _, r := range recordings {
			if r.coordinates == nil {
				fmt.Print(" |")
				continue
			}
			fmt.Printf(" %.2f |", r.coordinates[i])
		}
		fmt.Println()
	}
	return nil
}

// coordinates are the sizes of latitude and longitude together in each way.
func coordinates(ctx context.Context, s *server, table string) ([]float64, error) {
	var sizes []float64
	for _, column := range []string{"lat", "lng"} {
		size, _, err := measureColumn(ctx, s, table, 1, variants[0].ways(column))
		if err != nil {
			return nil, err
		}
		sizes = added(sizes, size)
	}
	return sizes, nil
}

func (r *recording) weigh(ctx context.Context, s *server, fixes []fix, devices []string) error {
	const table = "recorded"
	defer func() { _ = s.exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+table+" SYNC") }()
	if err := s.exec(ctx, "DROP TABLE IF EXISTS "+table+" SYNC"); err != nil {
		return err
	}
	if err := s.exec(ctx, fmt.Sprintf(sourceTable, table)); err != nil {
		return err
	}
	b := newBlock()
	for i := range fixes {
		b.append(devices[fixes[i].device], &fixes[i])
	}
	native, err := s.native(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = native.Close() }()
	if err := native.Do(ctx, ch.Query{Body: fmt.Sprintf(insertInto, table), Input: b.input()}); err != nil {
		return err
	}
	var sums []float64
	for _, d := range designs() {
		if d.name != "naive" && d.name != "first" && !d.chosen {
			continue
		}
		b := &built{design: d, table: table + "_" + d.name}
		if err := b.build(ctx, s, table); err != nil {
			return err
		}
		sum := 0.0
		for name, size := range b.bytes {
			if slices.Contains(strings.Fields(r.columns), strings.TrimSuffix(name, "_e7")) {
				sum += size
			}
		}
		sums = append(sums, sum)
		if err := s.exec(ctx, "DROP TABLE "+b.table+" SYNC"); err != nil {
			return err
		}
	}
	fmt.Printf("| %s | %d | %s | %.2f | %.2f | %.2f | %.2f |\n", r.what, len(fixes), strings.ReplaceAll(r.columns, " ", ", "), sums[0], sums[1], sums[2], sums[0]/sums[2])
	r.coordinates, err = coordinates(ctx, s, table)
	return err
}

// read gives all fixes of a recording, and its devices.
func (r *recording) read(data fs.FS) (fixes []fix, devices []string, err error) {
	names, err := fs.Glob(data, r.files)
	if err != nil {
		return nil, nil, err
	}
	known := map[string]int32{}
	for _, name := range names {
		file, err := data.Open(name)
		if err != nil {
			return nil, nil, err
		}
		unzipped, err := gzip.NewReader(file)
		if err != nil {
			return nil, nil, err
		}
		rows, err := csv.NewReader(unzipped).ReadAll()
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		column := map[string]int{}
		for i, head := range rows[0] {
			column[head] = i
		}
		for _, row := range rows[1:] {
			device := path.Base(name)
			if r.device != "" {
				device = row[column[r.device]]
			}
			if _, ok := known[device]; !ok {
				known[device] = int32(len(devices))
				devices = append(devices, fmt.Sprintf("86%013d", len(devices)))
			}
			if f, ok := r.fix(row, column, known[device]); ok {
				fixes = append(fixes, f)
			}
		}
	}
	slices.SortFunc(fixes, func(a, b fix) int { return cmp.Or(cmp.Compare(a.device, b.device), cmp.Compare(a.fixMS, b.fixMS)) })
	return fixes, devices, nil
}

func (r *recording) fix(row []string, column map[string]int, device int32) (fix, bool) {
	parts := make([]string, 0, 2)
	for _, name := range strings.Fields(r.at) {
		parts = append(parts, row[column[name]])
	}
	number := func(name string) float64 {
		if name == "" {
			return 0
		}
		v, err := strconv.ParseFloat(row[column[name]], 64)
		if err != nil {
			return math.NaN()
		}
		return v
	}
	at, err := time.Parse(r.layout, strings.Join(parts, " "))
	f := fix{
		device: device, source: "push", fixMS: at.UnixMilli(), received: at.UnixMilli(), inserted: at.UnixMilli(), lat: number(r.lat), lng: number(r.lng),
		speedKMH: float32(math.Round(number(r.speed)*r.toKMH*10) / 10), headingDeg: float32(math.Round(number(r.heading))),
		altitudeM: int32(math.Round(number(r.altitude))), satellites: int8(number(r.satellites)), odometerM: -1, postMethod: -1,
	}
	if err != nil || math.IsNaN(f.lat+f.lng+number(r.speed)+number(r.heading)+number(r.altitude)) {
		return f, false
	}
	cells := h3.At(f.lat, f.lng)
	f.h3r7, f.h3r9, f.h3r11 = cells.Cell(7), cells.Cell(9), cells.Cell(11)
	return f, true
}
