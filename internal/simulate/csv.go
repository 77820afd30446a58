package simulate

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// CSVConfig says how the columns of a recorded drive become fixes.
type CSVConfig struct {
	Delimiter    rune
	DecimalComma bool

	IMEIColumn string   // empty: the file's name is the device
	Time       []string // columns whose texts, joined by a space, are the time
	TimeLayout string   // of package time, or "rfc3339", "epoch", "epoch_ms"
	Zone       *time.Location
	Lat, Lng   string

	// The columns of what a fix may have; empty: none.
	Speed, Heading, Satellites, Altitude, Odometer, Ignition string
	SpeedUnit                                                SpeedUnit
}

// SpeedUnit is the unit of a speed column.
type SpeedUnit string

// The units.
const (
	KMH SpeedUnit = "kmh"
	MPS SpeedUnit = "mps"
	MPH SpeedUnit = "mph"
)

var toKMH = map[SpeedUnit]float64{KMH: 1, MPS: 3.6, MPH: 1.609344}

// Validate names every wrong value.
func (c *CSVConfig) Validate() error {
	var errs []error
	if c.Lat == "" || c.Lng == "" || len(c.Time) == 0 {
		errs = append(errs, errors.New("columns for time, latitude and longitude are needed"))
	}
	if _, ok := toKMH[c.SpeedUnit]; !ok {
		errs = append(errs, fmt.Errorf("speed unit %q: want kmh, mps or mph", c.SpeedUnit))
	}
	return errors.Join(errs...)
}

// A CSV is a Source that replays a recorded file, in the file's own order, as
// /pushgps items. What the file has wrong is sent as it stands: an empty
// latitude as an empty text, a time that is none as its text.
type CSV struct {
	cfg    CSVConfig
	file   string
	closer io.Closer
	rows   *csv.Reader
	column map[string]int
	due    time.Time
	line   int
	err    error
}

// OpenCSV opens a file, which may be compressed with gzip.
func OpenCSV(path string, cfg CSVConfig) (*CSV, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	c := &CSV{cfg: cfg, file: path, closer: f, rows: csv.NewReader(r), column: map[string]int{}, line: 1}
	c.rows.Comma = cfg.Delimiter
	c.rows.FieldsPerRecord = -1
	c.rows.LazyQuotes = true
	head, err := c.rows.Read()
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: no header: %w", path, err)
	}
	for i, name := range head {
		c.column[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = i
	}
	for _, name := range append([]string{cfg.IMEIColumn, cfg.Lat, cfg.Lng, cfg.Speed, cfg.Heading, cfg.Satellites, cfg.Altitude, cfg.Odometer, cfg.Ignition}, cfg.Time...) {
		if _, ok := c.column[name]; name != "" && !ok {
			_ = f.Close()
			return nil, fmt.Errorf("%s has no column %q; it has %s", path, name, strings.Join(head, ", "))
		}
	}
	return c, nil
}

// Err is the error that ended the file early.
func (c *CSV) Err() error { return c.err }

// Next gives the next row.
func (c *CSV) Next() (Item, bool) {
	row, err := c.rows.Read()
	c.line++
	if err != nil {
		if !errors.Is(err, io.EOF) {
			c.err = fmt.Errorf("%s line %d: %w", c.file, c.line, err)
		}
		c.err = errors.Join(c.err, c.closer.Close())
		return Item{}, false
	}
	return c.item(row), true
}

func (c *CSV) text(row []string, column string) string {
	i, ok := c.column[column]
	if !ok || i >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[i])
}

func (c *CSV) item(row []string) Item {
	device := c.text(row, c.cfg.IMEIColumn)
	if c.cfg.IMEIColumn == "" {
		device = strings.TrimSuffix(strings.TrimSuffix(filepath.Base(c.file), ".gz"), ".csv")
	}
	if !isIMEI(device) {
		device = MadeUpIMEI(device)
	}
	gpsTime := c.time(row)
	var b strings.Builder
	fmt.Fprintf(&b, `{"deviceImei":"%s","gpsTime":%s,"gateTime":%s,"lng":%s,"lat":%s`,
		device, quote(gpsTime), quote(gpsTime), c.number(row, c.cfg.Lng, 1), c.number(row, c.cfg.Lat, 1))
	for _, o := range [...]struct {
		field, column string
		factor        float64
	}{
		{"gpsSpeed", c.cfg.Speed, toKMH[c.cfg.SpeedUnit]},
		{"direction", c.cfg.Heading, 1},
		{"satelliteNum", c.cfg.Satellites, 1},
		{"altitude", c.cfg.Altitude, 1},
		{"distance", c.cfg.Odometer, 1},
		{"acc", c.cfg.Ignition, 1},
	} {
		if o.column != "" && c.text(row, o.column) != "" {
			fmt.Fprintf(&b, `,"%s":%s`, o.field, c.number(row, o.column, o.factor))
		}
	}
	b.WriteString(`,"postType":1}`)
	return Item{Path: "/pushgps", IMEI: device, Due: c.due, JSON: []byte(b.String())}
}

// time is the row's time as the platform writes it, or the row's own text
// where that is no time. It moves due forward only, since a file need not be
// in order.
func (c *CSV) time(row []string) string {
	parts := make([]string, len(c.cfg.Time))
	for i, name := range c.cfg.Time {
		parts[i] = c.text(row, name)
	}
	s := strings.Join(parts, " ")
	t, err := parseTime(s, c.cfg.TimeLayout, c.cfg.Zone)
	if err != nil {
		return s
	}
	if t.After(c.due) {
		c.due = t
	}
	return platformTime(t)
}

func parseTime(s, layout string, zone *time.Location) (time.Time, error) {
	switch layout {
	case "epoch":
		n, err := strconv.ParseFloat(s, 64)
		return time.Unix(int64(n), 0), err
	case "epoch_ms":
		n, err := strconv.ParseInt(s, 10, 64)
		return time.UnixMilli(n), err
	case "rfc3339":
		return time.Parse(time.RFC3339, s)
	}
	return time.ParseInLocation(layout, s, zone)
}

// number is a number as JSON, times a factor; a text that is no number stays
// a text.
func (c *CSV) number(row []string, column string, factor float64) string {
	s := c.text(row, column)
	plain := s
	if c.cfg.DecimalComma {
		plain = strings.Replace(s, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return quote(s)
	}
	if factor == 1 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v*factor, 'f', 2, 64)
}

// quote is a text as JSON. Bytes that are no UTF-8 become U+FFFD.
func quote(s string) string {
	b, _ := json.Marshal(s) // a string always has a JSON form
	return string(b)
}

func isIMEI(s string) bool {
	if len(s) < 14 || len(s) > 17 {
		return false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
