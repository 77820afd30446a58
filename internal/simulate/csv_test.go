package simulate

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	b := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		_, _ = w.Write(b)
		_ = w.Close()
		b = z.Bytes()
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCSVColumns(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file, text string
		cfg              CSVConfig
		want             string
	}{
		{"all columns", "a.csv", "\ufeffid,t,la,lo,v,h,n,z,o,i\n860000000000001,2026-02-03T04:05:06+01:00,50.1,8.2,10,270,9,-3,1234.5,1\n",
			CSVConfig{Delimiter: ',', IMEIColumn: "id", Time: []string{"t"}, TimeLayout: "rfc3339", Lat: "la", Lng: "lo", Speed: "v", SpeedUnit: MPS, Heading: "h", Satellites: "n", Altitude: "z", Odometer: "o", Ignition: "i"},
			`{"deviceImei":"860000000000001","gpsTime":"2026-02-03 03:05:06","gateTime":"2026-02-03 03:05:06","lng":8.2,"lat":50.1,"gpsSpeed":36.00,"direction":270,"satelliteNum":9,"altitude":-3,"distance":1234.5,"acc":1,"postType":1}`},
		{"two time columns, decimal comma, zone, gzip, device by file", "van 7.csv.gz", "d;t;la;lo;v\n3/2/2026;4:5:6;-33,25;151,5;\n",
			CSVConfig{Delimiter: ';', DecimalComma: true, Time: []string{"d", "t"}, TimeLayout: "2/1/2006 15:4:5", Zone: tokyo, Lat: "la", Lng: "lo", Speed: "v", SpeedUnit: KMH},
			`{"deviceImei":"` + MadeUpIMEI("van 7") + `","gpsTime":"2026-02-02 19:05:06","gateTime":"2026-02-02 19:05:06","lng":151.5,"lat":-33.25,"postType":1}`},
		{"epochs", "a.csv", "t,la,lo\n1770000000000,1,2\n",
			CSVConfig{Delimiter: ',', Time: []string{"t"}, TimeLayout: "epoch_ms", Lat: "la", Lng: "lo", SpeedUnit: KMH},
			`{"deviceImei":"` + MadeUpIMEI("a") + `","gpsTime":"2026-02-02 02:40:00","gateTime":"2026-02-02 02:40:00","lng":2,"lat":1,"postType":1}`},
		{"faults stay as they are", "a.csv", "t,la,lo\nyesterday,,\"8.1\"\"\x01N\"\n",
			CSVConfig{Delimiter: ',', Time: []string{"t"}, TimeLayout: "epoch", Lat: "la", Lng: "lo", SpeedUnit: KMH},
			`{"deviceImei":"` + MadeUpIMEI("a") + `","gpsTime":"yesterday","gateTime":"yesterday","lng":"8.1\"\u0001N","lat":"","postType":1}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, err := OpenCSV(write(t, c.file, c.text), c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			items := all(src)
			if err := SourceErr(src); err != nil || len(items) != 1 {
				t.Fatalf("%d items, %v", len(items), err)
			}
			if got := string(items[0].JSON); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestCSVErrors(t *testing.T) {
	good := CSVConfig{Delimiter: ',', Time: []string{"t"}, TimeLayout: "epoch", Lat: "la", Lng: "lo", SpeedUnit: KMH}
	for _, c := range []struct {
		text   string
		change func(*CSVConfig)
		want   string
	}{
		{"t,la\n", func(*CSVConfig) {}, `no column "lo"; it has t, la`},
		{"", func(*CSVConfig) {}, "no header"},
		{"t,la,lo\n", func(c *CSVConfig) { c.SpeedUnit = "knots" }, "kmh, mps or mph"},
		{"t,la,lo\n", func(c *CSVConfig) { c.Lat = "" }, "latitude"},
	} {
		cfg := good
		c.change(&cfg)
		if _, err := OpenCSV(write(t, "a.csv", c.text), cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q gives %v, want %q", c.text, err, c.want)
		}
	}
	if _, err := OpenCSV(write(t, "a.csv.gz", "x")[:5], good); err == nil {
		t.Error("a file that is not there gives no error")
	}
}

// TestInTurn: several files are one source, and an early one does not wait.
func TestInTurn(t *testing.T) {
	cfg := CSVConfig{Delimiter: ',', Time: []string{"t"}, TimeLayout: "epoch", Lat: "la", Lng: "lo", SpeedUnit: KMH}
	var sources []Source
	for _, text := range []string{"t,la,lo\n100,1,1\n130,1,1\n", "t,la,lo\n50,1,1\n140,1,1\n"} {
		src, err := OpenCSV(write(t, "a.csv", text), cfg)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, src)
	}
	var due []int64
	for _, it := range all(InTurn(sources...)) {
		due = append(due, it.Due.Unix())
	}
	if len(due) != 4 || due[0] != 100 || due[1] != 130 || due[2] != 130 || due[3] != 140 {
		t.Errorf("due at %v", due)
	}
}
