package derive

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/odograph/odograph/pkg/condition"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// unusable are the flags of a fix that does not say where the vehicle is. Only
// flags that a fix shows by itself are among them: one that depends on what came
// before would make the outcome depend on the order of arrival.
var unusable = []schema.Quality{
	schema.QualityZeroPosition, schema.QualityNoFix, schema.QualityLBS, schema.QualityWiFi,
}

// EntryOfFix is what the detectors see of a fix, put into dst; false where it
// says nothing of where the vehicle is.
func EntryOfFix(dst *timeline.Fix, f *schema.Fix) (timeline.Entry, bool) {
	if f.PosType == schema.PosBeacon || slices.ContainsFunc(f.Quality, func(q schema.Quality) bool { return slices.Contains(unusable, q) }) {
		return timeline.Entry{}, false
	}
	*dst = timeline.FixOf(f)
	return timeline.Entry{Fix: dst}, true
}

func newMark(kind timeline.MarkKind, second int64) timeline.Mark {
	return timeline.Mark{
		Kind: kind, Time: second, Value: math.NaN(),
		LatE6: timeline.NoPosition, LngE6: timeline.NoPosition, Speed: timeline.Unknown,
	}
}

func positionOf(m *timeline.Mark, lat, lng schema.Opt[float64]) {
	if lat.Valid && lng.Valid {
		m.LatE6, m.LngE6 = int32(math.Round(lat.Value*1e6)), int32(math.Round(lng.Value*1e6))
	}
}

// MarksOf gives what the detectors see of any other record, and nothing of one
// that says nothing of what the vehicle did.
func (r *Rules) MarksOf(record any) []timeline.Mark {
	switch v := record.(type) {
	case *schema.Alarm:
		return r.marksOfAlarm(v)
	case *schema.Heartbeat:
		return []timeline.Mark{contact(v.EventTime.Unix(), v.ACC)}
	case *schema.OBD:
		return []timeline.Mark{contact(v.EventTime.Unix(), v.ACC)}
	case *schema.Sensor:
		return marksOfSensor(v)
	case *schema.Fault:
		return marksOfFault(v)
	}
	return nil
}

// contact is a sign of life that may say whether the ignition is on.
func contact(second int64, acc schema.Opt[bool]) timeline.Mark {
	if !acc.Valid {
		return newMark(timeline.MarkContact, second)
	}
	m := newMark(timeline.MarkIgnition, second)
	m.Value = 0
	if acc.Value {
		m.Value = 1
	}
	return m
}

func (r *Rules) marksOfAlarm(a *schema.Alarm) []timeline.Mark {
	if a.Ended {
		return nil
	}
	var out []timeline.Mark
	at := a.EventTime.Unix()
	code := strconv.Itoa(int(a.MsgClass)) + "/" + a.Code
	kind, ok := r.marks[code]
	if sub, is := r.marks[code+"/"+a.Subtype]; is && a.Subtype != "" {
		kind, ok, code = sub, true, code+"/"+a.Subtype
	}
	if ok {
		m := newMark(kind, at)
		if kind == timeline.MarkIgnition {
			m.Value = r.acc[code]
		} else {
			m.Text = code
			positionOf(&m, a.Lat, a.Lng)
			if s := a.SpeedKMH; s.Valid && s.Value >= 0 && s.Value < 1000 {
				m.Speed = int32(math.Round(s.Value * 10))
			}
		}
		out = append(out, m)
	}
	if driver := firstOf(a.DriverName, a.DriverID); driver != "" {
		m := newMark(timeline.MarkDriver, at)
		m.Text, m.Channel = driver, driverSignIn
		out = append(out, m)
	}
	return out
}

// How a driver was known.
const (
	driverRFID   = "rfid"
	driverSignIn = "sign_in"
	DriverDevice = "device"
)

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func marksOfSensor(s *schema.Sensor) []timeline.Mark {
	at := s.EventTime.Unix()
	switch s.Kind {
	case "fuel":
		if s.Value.Valid {
			m := newMark(timeline.MarkFuel, at)
			m.Channel, m.Unit, m.Value = s.Channel, s.Unit, s.Value.Value
			return []timeline.Mark{m}
		}
	case "climate":
		if s.TemperatureC.Valid {
			m := newMark(timeline.MarkTemperature, at)
			m.Channel, m.Value = s.Channel, s.TemperatureC.Value
			return []timeline.Mark{m}
		}
	case "rfid":
		if s.Text != "" {
			m := newMark(timeline.MarkDriver, at)
			m.Text, m.Channel = s.Text, driverRFID
			return []timeline.Mark{m}
		}
	}
	return nil
}

// marksOfFault has the first codes of a report, as many as are followed at once:
// the report itself has all.
func marksOfFault(f *schema.Fault) []timeline.Mark {
	m := newMark(timeline.MarkFaults, f.EventTime.Unix())
	codes := slices.Clone(f.Codes)
	slices.Sort(codes)
	codes = slices.Compact(codes)
	codes = codes[:min(len(codes), condition.MaxFaults)]
	for len(codes) > 0 && len(strings.Join(codes, " ")) > timeline.MaxTextBytes {
		codes = codes[:len(codes)-1]
	}
	m.Text = strings.Join(codes, " ")
	positionOf(&m, f.Lat, f.Lng)
	return []timeline.Mark{m}
}
