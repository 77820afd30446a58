package derived_test

import (
	"bufio"
	"bytes"
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
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
	"github.com/odograph/odograph/test/pipeline"
)

// A replay is a recording as items in the order in which they are sent.
type replay struct {
	items  []simulate.Item
	labels []label
	until  map[string]time.Time // the newest time of each device
}

func (r *replay) add(path, imei string, at time.Time, json string) {
	if r.until == nil {
		r.until = map[string]time.Time{}
	}
	if at.After(r.until[imei]) {
		r.until[imei] = at
	}
	r.items = append(r.items, simulate.Item{Path: path, IMEI: imei, Due: at, JSON: []byte(json)})
}

// rest adds signs of life that every device gives long after its last fix, so
// that what went on then ends.
func (r *replay) rest(after ...time.Duration) {
	for _, imei := range sortedKeys(r.until) {
		last := r.until[imei]
		for _, d := range after {
			at := last.Add(d)
			r.add("/pushhb", imei, at, fmt.Sprintf(`{"deviceImei":"%s","gateTime":"%s","powerLevel":100}`, imei, text(at)))
		}
	}
}

func text(t time.Time) string { return t.UTC().Format(time.DateTime) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// A label is a harsh event by the accelerometer of a drive, as the device's alarm.
type label struct {
	imei string
	kind schema.DrivingKind
	code string
	at   int64   // of its peak
	g    float64 // at its peak
}

// rows calls each for every row of a compressed CSV file.
func rows(t *testing.T, path string, each func(field func(string) string)) {
	t.Helper()
	rowsOf(t, path, ',', each)
}

func rowsOf(t *testing.T, path string, delimiter rune, each func(field func(string) string)) {
	t.Helper()
	in := csv.NewReader(unzipped(t, path))
	in.Comma = delimiter
	head, err := in.Read()
	for err == nil {
		var row []string
		if row, err = in.Read(); err == nil {
			each(func(name string) string { return strings.TrimSpace(row[slices.Index(head, name)]) })
		}
	}
	if err != io.EOF {
		t.Fatalf("%s: %v", path, err)
	}
}

func unzipped(t *testing.T, path string) io.Reader {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v
}

const kmhPerMPH = 1.609344

// drives is driveplotr_nds_a as a tracker with an accelerometer would send it:
// each drive by a device of its own, which says that the ignition is off a second
// after it, and that it still is some minutes later.
func drives(t *testing.T) *replay {
	t.Helper()
	r := &replay{}
	var peak *label // of the labelled event that goes on
	drive, imei, last, lastRow := "", "", "", ""
	park := func() {
		if imei == "" {
			return
		}
		off := r.until[imei].Add(time.Second)
		r.add("/pushgps", imei, off, strings.NewReplacer(`"acc":1`, `"acc":0`, text(r.until[imei]), text(off)).Replace(lastRow))
		for _, after := range []time.Duration{3 * time.Minute, 6 * time.Minute} {
			r.add("/pushhb", imei, off.Add(after), fmt.Sprintf(`{"deviceImei":"%s","gateTime":"%s","powerLevel":100,"acc":0}`, imei, text(off.Add(after))))
		}
	}
	rows(t, filepath.Join(pipeline.Data(t, "driveplotr_nds_a"), "drives.csv.gz"), func(field func(string) string) {
		at, err := time.Parse(time.RFC3339, field("time_utc"))
		if err != nil {
			t.Fatal(err)
		}
		if field("drive") != drive {
			park()
			drive, last = field("drive"), ""
			imei = simulate.MadeUpIMEI("drive " + drive)
		}
		kmh := math.Round(number(field("speed_mph")) * kmhPerMPH)
		heading := int(math.Round(number(field("gps_heading_raw")))) % 360
		lastRow = fmt.Sprintf(`{"deviceImei":"%s","gpsTime":"%s","lat":%s,"lng":%s,"gpsSpeed":%.0f,"direction":%d,"satelliteNum":%s,"acc":1,"postType":1}`,
			imei, text(at), field("gps_lat"), field("gps_long"), kmh, heading, field("gps_sats"))
		r.add("/pushgps", imei, at, lastRow)
		switch field("accel_event") {
		case "":
		case last:
			peak.grow(at, number(field("accel_x")), number(field("accel_y")))
		default:
			r.labels = append(r.labels, label{imei: imei})
			peak = &r.labels[len(r.labels)-1]
			peak.grow(at, number(field("accel_x")), number(field("accel_y")))
		}
		last = field("accel_event")
	})
	park()
	for i := range r.labels {
		l := &r.labels[i]
		_, number, _ := strings.Cut(l.code, "/")
		at := text(time.Unix(l.at, 0))
		r.add("/pushalarm", l.imei, time.Unix(l.at, 0).UTC(), fmt.Sprintf(
			`{"type":"DEVICE","msgClass":0,"imei":"%s","gateTime":"%s","msg":{"alertType":%s,"alarmTime":"%s"}}`, l.imei, at, number, at))
	}
	slices.SortStableFunc(r.items, func(a, b simulate.Item) int { return a.Due.Compare(b.Due) })
	return r
}

// grow takes the next second of a labelled event: the larger axis at its peak
// says what it was. x is along the way, y across it, positive to the right.
func (l *label) grow(at time.Time, x, y float64) {
	g := max(math.Abs(x), math.Abs(y))
	if g <= l.g {
		return
	}
	l.g, l.at = g, at.Unix()
	switch {
	case math.Abs(y) >= math.Abs(x) && y > 0:
		l.kind, l.code = schema.HarshCornering, "0/43"
	case math.Abs(y) >= math.Abs(x):
		l.kind, l.code = schema.HarshCornering, "0/42"
	case x < 0:
		l.kind, l.code = schema.HarshBraking, "0/48"
	default:
		l.kind, l.code = schema.HarshAcceleration, "0/41"
	}
}

// car is ikhyd_obd_gps: the GPS of a phone in a car.
func car(t *testing.T) *replay {
	t.Helper()
	r, imei := &replay{}, simulate.MadeUpIMEI("ikhyd_obd_gps")
	in := bufio.NewScanner(unzipped(t, filepath.Join(pipeline.Data(t, "ikhyd_obd_gps"), "trip_with_obd.txt.gz")))
	for in.Scan() {
		record := strings.Split(in.Text(), ";")
		if len(record) != 3 || record[1] != "gps" {
			continue
		}
		v := strings.Split(record[2], ":")
		at := time.UnixMilli(int64(number(v[3]))).UTC()
		r.add("/pushgps", imei, at, fmt.Sprintf(`{"deviceImei":"%s","gpsTime":"%s","lat":%s,"lng":%s,"gpsSpeed":%.1f,"postType":1}`, imei, text(at), v[0], v[1], number(v[6])*3.6))
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	r.rest(time.Hour + time.Second)
	return r
}

// bus is bus304_limerick: positions and times alone.
func bus(t *testing.T) *replay {
	t.Helper()
	f, err := os.Open(filepath.Join(pipeline.Data(t, "bus304_limerick"), "304_to_UL_2019-02-18_0745.gpx"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var track struct {
		Points []struct {
			Lat  string    `xml:"lat,attr"`
			Lng  string    `xml:"lon,attr"`
			Time time.Time `xml:"time"`
		} `xml:"trk>trkseg>trkpt"`
	}
	if err := xml.NewDecoder(f).Decode(&track); err != nil {
		t.Fatal(err)
	}
	r, imei := &replay{}, simulate.MadeUpIMEI("bus304_limerick")
	for _, p := range track.Points {
		r.add("/pushgps", imei, p.Time, fmt.Sprintf(`{"deviceImei":"%s","gpsTime":"%s","lat":%s,"lng":%s,"postType":1}`, imei, text(p.Time), p.Lat, p.Lng))
	}
	r.rest(time.Hour + time.Second)
	return r
}

// files are the CSV files of a folder with all their rows as they stand, in the
// order of the files.
func files(t *testing.T, folder string, cfg simulate.CSVConfig) *replay {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(pipeline.Data(t, folder), "*.csv.gz"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	slices.Sort(paths)
	r := &replay{}
	for _, path := range paths {
		src, err := simulate.OpenCSV(path, cfg)
		if err != nil {
			t.Fatal(err)
		}
		for it, ok := src.Next(); ok; it, ok = src.Next() {
			r.items = append(r.items, it)
		}
		if err := src.Err(); err != nil {
			t.Fatal(err)
		}
	}
	r.until = map[string]time.Time{}
	for imei, entries := range entriesOf(t, r.items) {
		newest := slices.MaxFunc(entries, func(a, b timeline.Entry) int { return cmp.Compare(a.Time(), b.Time()) })
		r.until[imei] = time.Unix(newest.Time(), 0).UTC()
	}
	r.rest(time.Hour + time.Second)
	return r
}

// twizy is an electric car with impossible dates and corrupt positions.
func twizy(t *testing.T) *replay {
	t.Helper()
	return files(t, "twizy_rsk_a", simulate.CSVConfig{
		Delimiter: ',', Time: []string{"Date", "Time"}, TimeLayout: "1/2/2006 15:04:05", Zone: time.UTC,
		Lat: "LAT", Lng: "LON", Speed: "Speed", SpeedUnit: simulate.KMH, Altitude: "ALT",
	})
}

// capmetro is a fleet of buses, with repeats and disorder of hours.
func capmetro(t *testing.T) *replay {
	t.Helper()
	return files(t, "capmetro_fleet_a", simulate.CSVConfig{
		Delimiter: ',', IMEIColumn: "vehicle_id", Time: []string{"timestamp"}, TimeLayout: "rfc3339", Zone: time.UTC,
		Lat: "latitude", Lng: "longitude", Speed: "speed", SpeedUnit: simulate.MPS,
	})
}

// inTime is a replay of other devices that send the same at the time of each
// row: their IMEIs differ in the first two digits.
func (r *replay) inTime(prefix string) *replay {
	out := &replay{until: map[string]time.Time{}}
	for imei, at := range r.until {
		out.until[prefix+imei[2:]] = at
	}
	for _, it := range r.items {
		imei := prefix + it.IMEI[2:]
		it.JSON = bytes.ReplaceAll(it.JSON, []byte(it.IMEI), []byte(imei))
		it.IMEI = imei
		out.items = append(out.items, it)
	}
	at := func(it *simulate.Item) string { // of the fix, not of the file
		_, after, _ := strings.Cut(string(it.JSON), `"g`) // gpsTime or gateTime
		_, after, _ = strings.Cut(after, `":"`)
		return after[:len(time.DateTime)]
	}
	slices.SortStableFunc(out.items, func(a, b simulate.Item) int { return cmp.Compare(at(&a), at(&b)) })
	return out
}
