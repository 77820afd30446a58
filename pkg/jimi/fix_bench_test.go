package jimi_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

const usualGPS = `{"deviceImei":"862000000000001","gpsTime":"2026-03-01 08:15:30","gateTime":"2026-03-01 08:15:31","satelliteNum":9,"lng":36.821946,"lat":-1.292066,"gpsMode":0,"gpsSpeed":43,"direction":155,"acc":1,"postType":1,"postMethod":0,"altitude":1661,"distance":698120,"status":262147}`

func gpsRaw(item string) *jimi.Raw {
	return &jimi.Raw{
		Kind: jimi.KindGPS, IMEI: "862000000000001", Value: []byte(item),
		Headers: schema.RawHeaders{Kind: jimi.KindGPS, Source: schema.SourcePush,
			Received: time.Date(2026, 3, 1, 8, 15, 32, 0, time.UTC)},
		Place: schema.Place{RawPartition: 3, RawOffset: 42},
	}
}

func BenchmarkDecodeFix(b *testing.B) {
	raw := gpsRaw(usualGPS)
	var fix schema.Fix
	b.SetBytes(int64(len(usualGPS)))
	b.ReportAllocs()
	for b.Loop() {
		if err := jimi.DecodeFix(&fix, raw); err != nil {
			b.Fatal(err)
		}
	}
}

// The decoders and the search for the IMEI over one usual item each.
func BenchmarkDecode(b *testing.B) {
	for _, path := range []string{"pushgps/usual", "poll.location_list/usual", "poll.track_list/usual", "pushhb/usual",
		"pushevent/login", "pushalarm/envelope", "openapi.jimi.push.device.alarm/usual", "poll.alarm_list/documented-names",
		"pushalarm/bitmask", "pushobd/usual", "pushfaultinfo/usual", "pushoil/usual", "pushterminaltransinfo/usual"} {
		item, err := os.ReadFile("testdata/" + path + ".json")
		if err != nil {
			b.Fatal(err)
		}
		raw := rawItem(filepath.Dir(path), bytes.TrimSpace(item))
		b.Run(path, func(b *testing.B) {
			b.SetBytes(int64(len(raw.Value)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decode(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkIMEI(b *testing.B) {
	item := []byte(usualGPS)
	b.SetBytes(int64(len(item)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := jimi.IMEI(item); !ok {
			b.Fatal("no IMEI")
		}
	}
}

// encodingJSONFix is the plain way to the same fix, for comparison.
type encodingJSONFix struct {
	DeviceIMEI   string  `json:"deviceImei"`
	GPSTime      string  `json:"gpsTime"`
	GateTime     string  `json:"gateTime"`
	SatelliteNum int32   `json:"satelliteNum"`
	Lng          float64 `json:"lng"`
	Lat          float64 `json:"lat"`
	GPSMode      int32   `json:"gpsMode"`
	GPSSpeed     float64 `json:"gpsSpeed"`
	Direction    float64 `json:"direction"`
	ACC          int     `json:"acc"`
	PostType     int     `json:"postType"`
	PostMethod   int32   `json:"postMethod"`
	Altitude     float64 `json:"altitude"`
	Distance     float64 `json:"distance"`
	Status       int64   `json:"status"`
}

func (v *encodingJSONFix) fix(b *testing.B) (f schema.Fix) {
	var err error
	if f.FixTime, err = time.Parse(time.DateTime, v.GPSTime); err != nil {
		b.Fatal(err)
	}
	gate, err := time.Parse(time.DateTime, v.GateTime)
	if err != nil {
		b.Fatal(err)
	}
	f.IMEI, f.GateTime, f.Lat, f.Lng = v.DeviceIMEI, schema.Some(gate), v.Lat, v.Lng
	f.SpeedKMH, f.HeadingDeg, f.ACC = schema.Some(v.GPSSpeed), schema.Some(v.Direction), schema.Some(v.ACC == 1)
	f.Satellites, f.AltitudeM, f.OdometerM = schema.Some(v.SatelliteNum), schema.Some(v.Altitude), schema.Some(v.Distance)
	f.PostMethod, f.GPSMode, f.Status = schema.Some(v.PostMethod), schema.Some(v.GPSMode), schema.Some(v.Status)
	return f
}

func BenchmarkEncodingJSON(b *testing.B) {
	b.SetBytes(int64(len(usualGPS)))
	b.ReportAllocs()
	for b.Loop() {
		var v encodingJSONFix
		if err := json.Unmarshal([]byte(usualGPS), &v); err != nil {
			b.Fatal(err)
		}
		_ = v.fix(b)
	}
}

// The form of one item, from its percent-encoding to the fix.
func BenchmarkParseQueryAndEncodingJSON(b *testing.B) {
	body := url.Values{"token": {"t"}, "data_list": {"[" + usualGPS + "]"}}.Encode()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		form, err := url.ParseQuery(body)
		if err != nil {
			b.Fatal(err)
		}
		var v []encodingJSONFix
		if err := json.Unmarshal([]byte(form.Get("data_list")), &v); err != nil {
			b.Fatal(err)
		}
		_ = v[0].fix(b)
	}
}
