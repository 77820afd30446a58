package main

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

func open(path string) (io.Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(path, ".gz") {
		return f, nil
	}
	return gzip.NewReader(f)
}

// rows calls each for every row of a CSV file with a head.
func rows(path string, each func(field func(string) string) error) error {
	f, err := open(path)
	if err != nil {
		return err
	}
	in := csv.NewReader(f)
	in.LazyQuotes = true
	lines, err := in.ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	column := map[string]int{}
	for i, name := range lines[0] {
		column[name] = i
	}
	for _, line := range lines[1:] {
		if err := each(func(name string) string { return line[column[name]] }); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	return nil
}

func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// known is a speed in km/h, none where it is no number.
func known(s string, kmh float64) schema.Opt[float64] {
	v := number(s)
	if math.IsNaN(v) {
		return schema.Opt[float64]{}
	}
	return schema.Some(v * kmh)
}

// A labelledDrive is one drive of driveplotr_nds_a: from the start of the car to
// its end.
type labelledDrive struct {
	name        string
	first, last timeline.Fix
	pointsM     float64
	stops       []span // at most 1 km/h for at least 120 s
}

// drives is driveplotr_nds_a: one device drives them all, one after the other.
// With ignition it is on in every fix of a drive, and a last fix, a second after
// the drive, says that it is off.
func drives(dir string, ignition bool) (all trace, labels []labelledDrive, err error) {
	all.name = "driveplotr_nds_a"
	byDrive := map[string]*trace{}
	err = rows(filepath.Join(dir, "driveplotr_nds_a", "drives.csv.gz"), func(field func(string) string) error {
		at, err := time.Parse(time.RFC3339, field("time_utc"))
		if err != nil {
			return err
		}
		id := field("drive")
		if byDrive[id] == nil {
			byDrive[id] = &trace{name: id}
		}
		byDrive[id].add(at, number(field("gps_lat")), number(field("gps_long")), known(field("speed_mph"), 1.609344))
		return nil
	})
	for _, d := range sorted(byDrive) {
		n := len(d.fixes)
		labels = append(labels, labelledDrive{d.name, d.fixes[0], d.fixes[n-1], d.pointsM(), d.slow(10, 120)})
		for _, f := range d.fixes {
			if ignition {
				f.ACC = 1
			}
			all.fixes = append(all.fixes, f)
		}
		if ignition {
			f := d.fixes[n-1]
			f.Time, f.ACC = f.Time+1, 0
			all.fixes = append(all.fixes, f)
		}
	}
	all.order()
	slices.SortFunc(labels, func(a, b labelledDrive) int { return cmp.Compare(a.first.Time, b.first.Time) })
	return all, labels, err
}

// vehicles is a day of capmetro_fleet_a.
func vehicles(dir, day string) ([]trace, error) {
	byVehicle := map[string]*trace{}
	err := rows(filepath.Join(dir, "capmetro_fleet_a", day+".csv.gz"), func(field func(string) string) error {
		at, err := time.Parse(time.RFC3339, field("timestamp"))
		if err != nil {
			return err
		}
		id := field("vehicle_id")
		if byVehicle[id] == nil {
			byVehicle[id] = &trace{name: id}
		}
		byVehicle[id].add(at, number(field("latitude")), number(field("longitude")), known(field("speed"), 3.6))
		return nil
	})
	return sorted(byVehicle), err
}

func sorted(m map[string]*trace) (all []trace) {
	for _, t := range m {
		t.order()
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b trace) int { return strings.Compare(a.name, b.name) })
	return all
}

// twizy is a file of twizy_rsk_a. Impossible dates and a latitude of 0 are what
// the pipeline refuses before.
func twizy(path string) (t trace, err error) {
	t.name = strings.TrimSuffix(filepath.Base(path), ".csv.gz")
	err = rows(path, func(field func(string) string) error {
		at, wrong := time.Parse("1/2/2006 15:04:05", field("Date")+" "+field("Time"))
		lat := number(field("LAT"))
		if wrong != nil || at.Year() != 2021 || lat == 0 {
			t.rejected++
			return nil //nolint:nilerr // counted, not a failure
		}
		t.add(at, lat, number(field("LON")), known(field("Speed"), 1))
		return nil
	})
	t.order()
	return t, err
}

// centre is the position that is put under goal_activity_a, which has none:
// Seattle.
var centre = struct{ lat, lng float64 }{47.6, -122.3}

// deliveries is goal_activity_a. Its time, from 1964, is moved by 60 years.
func deliveries(dir string) ([]trace, error) {
	type row struct {
		f       timeline.Fix
		driving bool
	}
	all := map[string][]row{}
	err := rows(filepath.Join(dir, "goal_activity_a", "trajectories.csv.gz"), func(field func(string) string) error {
		at, err := time.Parse("2006-01-02 15:04:05.999999999", field("timestamp"))
		if err != nil {
			return err
		}
		const metresPerDegree = geo.EarthRadiusM * math.Pi / 180
		var t trace
		t.add(at.AddDate(60, 0, 0), centre.lat+number(field("y"))/metresPerDegree,
			centre.lng+number(field("x"))/metresPerDegree/math.Cos(centre.lat*math.Pi/180), schema.Opt[float64]{})
		id := field("trajectory")
		all[id] = append(all[id], row{t.fixes[0], field("groundtruth") == "Driving"})
		return nil
	})
	out := make([]trace, 0, len(all))
	for id, list := range all {
		slices.SortStableFunc(list, func(a, b row) int { return int(a.f.Time - b.f.Time) })
		t := trace{name: id}
		for _, r := range list {
			if n := len(t.fixes); n > 0 && t.fixes[n-1].Time == r.f.Time {
				t.dup++
				continue
			}
			t.fixes = append(t.fixes, r.f)
			t.driving = append(t.driving, r.driving)
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b trace) int { return strings.Compare(a.name, b.name) })
	return out, err
}

// carTrip is ikhyd_obd_gps: the GPS as a trace, and the distance by the speed of
// the vehicle's bus.
func carTrip(dir string) (t trace, busM float64, err error) {
	t.name = "ikhyd_obd_gps"
	f, err := open(filepath.Join(dir, "ikhyd_obd_gps", "trip_with_obd.txt.gz"))
	if err != nil {
		return t, 0, err
	}
	in := bufio.NewScanner(f)
	var lastMS, lastKMH float64
	for in.Scan() {
		record := strings.Split(in.Text(), ";")
		if len(record) != 3 {
			continue
		}
		if record[1] == "010D" {
			ms, kmh := number(record[0]), number(record[2])
			if lastMS > 0 {
				busM += (kmh + lastKMH) / 2 / 3.6 * (ms - lastMS) / 1000
			}
			lastMS, lastKMH = ms, kmh
			continue
		}
		v := strings.Split(record[2], ":")
		t.add(time.UnixMilli(int64(number(v[3]))), number(v[0]), number(v[1]), known(v[6], 3.6))
	}
	t.order()
	return t, busM, in.Err()
}

// busTrip is bus304_limerick: positions and times alone.
func busTrip(dir string) (t trace, err error) {
	t.name = "bus304_limerick"
	f, err := open(filepath.Join(dir, "bus304_limerick", "304_to_UL_2019-02-18_0745.gpx"))
	if err != nil {
		return t, err
	}
	var track struct {
		Points []struct {
			Lat  float64   `xml:"lat,attr"`
			Lng  float64   `xml:"lon,attr"`
			Time time.Time `xml:"time"`
		} `xml:"trk>trkseg>trkpt"`
	}
	if err := xml.NewDecoder(f).Decode(&track); err != nil {
		return t, err
	}
	for _, p := range track.Points {
		t.add(p.Time, p.Lat, p.Lng, schema.Opt[float64]{})
	}
	t.order()
	return t, nil
}
