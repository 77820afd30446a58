package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"compress/gzip"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A row of the naturalistic drives, second by second.
type row struct {
	at                int64
	speedKMH, heading float64 // as recorded
	longG, latG       float64 // of the accelerometer
	label             string  // number of the labelled event within its drive
	fix               timeline.Fix
}

// A drive is one of them.
type drive struct {
	name  string
	rows  []row
	fixes []timeline.Fix
}

type drives []*drive

// readNDS reads driveplotr_nds_a. Its fixes carry whole km/h and whole degrees,
// as the platform sends them.
func readNDS(data string) (drives, error) {
	var out drives
	err := rows(filepath.Join(data, "driveplotr_nds_a", "drives.csv.gz"), func(get func(string) string) error {
		at, err := time.Parse(time.RFC3339, get("time_utc"))
		if err != nil {
			return err
		}
		if name := get("drive"); len(out) == 0 || out[len(out)-1].name != name {
			out = append(out, &drive{name: name})
		}
		d := out[len(out)-1]
		r := row{at: at.Unix(), speedKMH: number(get("speed_mph")) * 1.609344, heading: number(get("gps_heading_raw")),
			longG: number(get("accel_x")), latG: number(get("accel_y")), label: get("accel_event")}
		r.fix = timeline.FixOf(&schema.Fix{
			FixTime: at, Lat: number(get("gps_lat")), Lng: number(get("gps_long")),
			SpeedKMH: schema.Some(math.Round(r.speedKMH)), HeadingDeg: schema.Some(math.Mod(math.Round(r.heading), 360)),
			Satellites: schema.Some(int32(number(get("gps_sats")))),
		})
		d.rows = append(d.rows, r)
		d.fixes = append(d.fixes, r.fix)
		return nil
	})
	return out, err
}

// number is 0 for what is none: a second without accelerometer.
func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v
}

// rows calls f with each row of a compressed file; get gives a column's text.
func rows(path string, f func(get func(column string) string) error) error {
	file, err := os.Open(path) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	r := csv.NewReader(z)
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	column := map[string]int{}
	for i, name := range head {
		column[name] = i
	}
	for line := 2; ; line++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(func(name string) string { return strings.TrimSpace(row[column[name]]) })
		}
		if err != nil {
			return fmt.Errorf("%s line %d: %w", path, line, err)
		}
	}
}
