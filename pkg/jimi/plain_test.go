package jimi_test

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

// A plainItem is the second opinion on DecodeFix: the same rules over
// encoding/json, strconv and time.Parse, written for clarity alone.
type plainItem struct {
	fields  map[string]any
	garbage bool
}

func (p *plainItem) text(name string) (string, bool) {
	var s string
	switch v := p.fields[name].(type) {
	case nil:
		return "", false
	case string:
		s = strings.TrimSpace(v)
	case json.Number:
		s = v.String()
	case bool:
		s = strconv.FormatBool(v)
	default:
		return "?", true // an object or an array: never of the wanted form
	}
	return s, s != "" && !strings.EqualFold(s, "null")
}

var decimal = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)

// number is the field's number; ok is false for garbage too.
func (p *plainItem) number(name string, fits func(float64) bool) (v float64, there, ok bool) {
	s, there := p.text(name)
	if !there {
		return 0, false, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, true, err == nil && decimal.MatchString(s) && fits(v)
}

func any64(float64) bool { return true }

func (p *plainItem) option(fits func(float64) bool, unknown bool, names ...string) schema.Opt[float64] {
	for _, name := range names {
		if _, in := p.fields[name]; !in {
			continue
		}
		v, there, ok := p.number(name, fits)
		switch {
		case !there || unknown && v == -1:
			return schema.Opt[float64]{}
		case !ok:
			p.garbage = true
			return schema.Opt[float64]{}
		}
		return schema.Some(v)
	}
	return schema.Opt[float64]{}
}

func whole(least, most float64) func(float64) bool {
	return func(v float64) bool { return v == math.Trunc(v) && v >= least && v <= most }
}

func (p *plainItem) code(names ...string) schema.Opt[int32] {
	v := p.option(whole(-1, math.MaxInt32), true, names...)
	return schema.Opt[int32]{Value: int32(v.Value), Valid: v.Valid}
}

var civil = regexp.MustCompile(`^\d{4}-\d\d-\d\d[ Tt]\d{1,2}:\d\d:\d\d([.,]\d{1,9})?([Zz]|[+-]\d\d:?\d\d)?$`)

func (p *plainItem) time(name string) (t time.Time, there, ok bool) {
	s, there := p.text(name)
	if !there {
		return t, false, false
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && strings.Trim(s, "0123456789") == "" {
		switch {
		case len(s) <= 10:
			return time.Unix(n, 0).UTC(), true, true
		case len(s) == 13:
			return time.UnixMilli(n).UTC(), true, true
		case len(s) != 12 && len(s) != 14:
			return t, true, false
		}
	}
	if s == "000000000000" || s == "00000000000000" {
		return t, false, false
	}
	if t, err := time.Parse("20060102150405", s); err == nil && len(s) == 14 {
		return t, true, s[:2] == "20"
	}
	if t, err := time.Parse("060102150405", s); err == nil && len(s) == 12 {
		return time.Date(2000+t.Year()%100, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC), true, true
	}
	if !civil.MatchString(s) {
		return t, true, false
	}
	s = s[:10] + "T" + strings.Replace(strings.ToUpper(s[11:]), ",", ".", 1)
	if s[12] == ':' {
		s = s[:11] + "0" + s[11:]
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true, true
		}
	}
	return t, true, false
}

func (p *plainItem) onOff(names ...string) schema.Opt[bool] {
	for _, name := range names {
		if _, in := p.fields[name]; !in {
			continue
		}
		s, there := p.text(name)
		v, _, number := p.number(name, any64)
		switch s = strings.ToUpper(s); {
		case !there || number && v == -1:
			return schema.Opt[bool]{}
		case s == "ON" || s == "TRUE" || number && v == 1:
			return schema.Some(true)
		case s == "OFF" || s == "FALSE" || number && v == 0:
			return schema.Some(false)
		}
		p.garbage = true
		return schema.Opt[bool]{}
	}
	return schema.Opt[bool]{}
}

func (p *plainItem) posType() schema.PosType {
	for _, name := range []string{"postType", "posType", "positionType"} {
		if s, there := p.text(name); there {
			found, ok := map[string]schema.PosType{"1": "gps", "GPS": "gps", "2": "lbs", "LBS": "lbs",
				"3": "wifi", "WIFI": "wifi", "5": "beacon", "BEACON": "beacon"}[strings.ToUpper(s)]
			p.garbage = p.garbage || !ok
			return found
		}
	}
	return ""
}

func (p *plainItem) coordinate(name string, most float64) (float64, schema.Reason) {
	v, there, ok := p.number(name, any64)
	switch {
	case !there:
		return 0, schema.ReasonMissingField
	case !ok:
		return 0, schema.ReasonInvalidField
	case math.Abs(v) > most:
		return 0, schema.ReasonPositionInvalid
	}
	return v, ""
}

// fixNames are the names that a fix is made of.
var fixNames = strings.Fields("gpsTime gateTime lat lng gpsSpeed speed direction directions satelliteNum gpsNum satellite acc accStatus ignition " +
	"altitude postType posType positionType postMethod gpsMode distance status currentMileage mileage")

// odd is what the vendor's names do not have.
var odd = regexp.MustCompile(`^[A-Z]|._|[A-Z][A-Z]`)

// spelt is a name as the vendor spells it, whatever way it is written in.
func spelt(name string) string {
	own := !strings.HasPrefix(name, "_") && !odd.MatchString(name) && strings.ToLower(name) != name
	if own || slices.Contains(fixNames, name) || len(name) > 40 || name == "" {
		return name
	}
	folded := name[:1] + strings.ReplaceAll(name[1:], "_", "")
	folded = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, folded)
	for _, known := range fixNames {
		if strings.ToLower(known) == folded {
			return known
		}
	}
	if known, ok := map[string]string{"latitude": "lat", "longitude": "lng", "lon": "lng"}[folded]; ok {
		return known
	}
	return name
}

// plainFix is what an item with these bytes should become; comparable is false
// where names occur twice, of which encoding/json keeps no trace.
func plainFix(raw *jimi.Raw) (fix schema.Fix, reason schema.Reason) {
	p := plainItem{}
	d := json.NewDecoder(bytes.NewReader(raw.Value))
	d.UseNumber()
	if !json.Valid(raw.Value) || d.Decode(&p.fields) != nil || p.fields == nil {
		return fix, schema.ReasonNotJSON
	}
	for name, value := range p.fields {
		if s := spelt(name); s != name {
			delete(p.fields, name)
			p.fields[s] = value
		}
	}
	fix.Item = schema.Item{IMEI: raw.IMEI, ReceivedTime: raw.Headers.Received, Source: raw.Headers.Source,
		Account: raw.Headers.Account, Place: raw.Place}
	t, there, ok := p.time("gpsTime")
	switch {
	case !there:
		return fix, schema.ReasonMissingField
	case !ok:
		return fix, schema.ReasonInvalidTime
	case t.Year() < 2000:
		return fix, schema.ReasonTimeOutOfRange
	case t.After(raw.Headers.Received.Add(10 * time.Minute)):
		return fix, schema.ReasonTimeInFuture
	}
	fix.FixTime = t.Truncate(time.Second)
	if fix.Lat, reason = p.coordinate("lat", 90); reason != "" {
		return fix, reason
	}
	if fix.Lng, reason = p.coordinate("lng", 180); reason != "" {
		return fix, reason
	}
	p.options(&fix, raw)
	if p.garbage {
		fix.Quality = []schema.Quality{schema.QualityFieldInvalid}
	}
	return fix, ""
}

func (p *plainItem) options(fix *schema.Fix, raw *jimi.Raw) {
	if t, there, ok := p.time("gateTime"); ok && t.Year() >= 2000 && !t.After(raw.Headers.Received.Add(10*time.Minute)) {
		fix.GateTime = schema.Some(t)
	} else if there {
		p.garbage = true
	}
	natural := func(v float64) bool { return v >= 0 }
	fix.SpeedKMH = p.option(natural, true, "gpsSpeed", "speed")
	fix.HeadingDeg = p.option(func(v float64) bool { return v >= 0 && v <= 360 }, true, "direction", "directions")
	fix.Satellites = p.code("satelliteNum", "gpsNum", "satellite")
	fix.ACC = p.onOff("acc", "accStatus")
	if ignition := p.onOff("ignition"); !fix.ACC.Valid {
		fix.ACC = ignition
	}
	fix.AltitudeM = p.option(any64, false, "altitude")
	fix.PosType = p.posType()
	fix.PostMethod, fix.GPSMode = p.code("postMethod"), p.code("gpsMode")
	if raw.Kind == jimi.KindGPS {
		fix.OdometerM = p.option(natural, true, "distance")
		s := p.option(whole(math.MinInt32, 1<<53), false, "status")
		fix.Status = schema.Opt[int64]{Value: int64(s.Value), Valid: s.Valid}
		return
	}
	fix.OdometerM = p.option(natural, true, "currentMileage")
	if fix.OdometerM.Valid {
		fix.OdometerM.Value = math.Round(fix.OdometerM.Value*1e6) / 1e3
	}
	if metres := p.option(natural, true, "mileage"); !fix.OdometerM.Valid {
		fix.OdometerM = metres
	}
}
