package timeline

import (
	"math"

	"github.com/odograph/odograph/pkg/schema"
)

// Unknown is the value of a field that the vendor left out, except where a
// field says otherwise.
const Unknown = -1

// A Fix is what detectors see of a schema.Fix.
type Fix struct {
	Time       int64 // seconds since 1970
	LatE6      int32 // 1e-6 degree, WGS-84
	LngE6      int32
	SpeedDKMH  int32 // 0.1 km/h, or Unknown
	HeadingDeg int32 // 0 to 359, clockwise from north, or Unknown
	Satellites int32 // at most MaxSatellites, or Unknown
	ACC        int32 // ignition: 0 off, 1 on, or Unknown
	OdometerM  int64 // or Unknown
	Old        bool  // old coordinates sent again (postMethod 4, 5, 10, 13, 14): no new movement
}

// MaxSatellites is where the count of satellites is cut, and the most that rules
// may ask for: eight are plenty for a position, and what the count does above that
// would take an eighth of what is remembered of a fix.
const MaxSatellites = 8

// maxSpeedDKMH bounds what is remembered of a speed, 0.1 km/h; what is faster is
// no vehicle and is refused by every detector.
const maxSpeedDKMH = 10_000

// FixOf takes over what matters of f.
func FixOf(f *schema.Fix) Fix {
	t := Fix{
		Time:       f.FixTime.Unix(),
		LatE6:      int32(math.Round(f.Lat * 1e6)),
		LngE6:      int32(math.Round(f.Lng * 1e6)),
		SpeedDKMH:  Unknown,
		HeadingDeg: Unknown,
		Satellites: Unknown,
		ACC:        Unknown,
		OdometerM:  Unknown,
	}
	if s := f.SpeedKMH; s.Valid && s.Value >= 0 {
		t.SpeedDKMH = int32(min(math.Round(s.Value*10), maxSpeedDKMH))
	}
	if h := f.HeadingDeg; h.Valid && h.Value >= 0 && h.Value <= 360 {
		t.HeadingDeg = int32(math.Round(h.Value)) % 360
	}
	if s := f.Satellites; s.Valid && s.Value >= 0 {
		t.Satellites = min(s.Value, MaxSatellites)
	}
	if f.ACC.Valid {
		t.ACC = 0
		if f.ACC.Value {
			t.ACC = 1
		}
	}
	if o := f.OdometerM; o.Valid && o.Value >= 0 && o.Value < 1e12 {
		t.OdometerM = int64(math.Round(o.Value))
	}
	if p := f.PostMethod; p.Valid {
		switch p.Value {
		case 4, 5, 10, 13, 14: // platform-facts 2.1
			t.Old = true
		}
	}
	return t
}

// Lat is the latitude in degrees.
func (f *Fix) Lat() float64 { return float64(f.LatE6) / 1e6 }

// Lng is the longitude in degrees.
func (f *Fix) Lng() float64 { return float64(f.LngE6) / 1e6 }

// SpeedKMH is the device's own speed, false where it sent none.
func (f *Fix) SpeedKMH() (float64, bool) { return float64(f.SpeedDKMH) / 10, f.SpeedDKMH >= 0 }

// A MarkKind says what a Mark is.
type MarkKind uint8

// The kinds of marks. Their numbers are stored: never change one, never use one
// again.
const (
	MarkHarshAcceleration MarkKind = 1  // device alarm; Text: "class/code" of the alarm
	MarkHarshBraking      MarkKind = 2  // likewise
	MarkHarshCornering    MarkKind = 3  // likewise
	MarkCollision         MarkKind = 4  // likewise
	MarkOverspeed         MarkKind = 5  // likewise
	MarkIgnition          MarkKind = 10 // Value: 0 off, 1 on; from an alarm or a heartbeat
	MarkContact           MarkKind = 11 // a sign of life that says nothing else
	MarkDriver            MarkKind = 12 // a driver is known from here on; Text: name or card; Channel: rfid or sign_in
	MarkFuel              MarkKind = 20 // Value: level in Unit; Channel: the sensor's
	MarkTemperature       MarkKind = 21 // Value: °C; Channel: the sensor's
	MarkFaults            MarkKind = 22 // Text: the trouble codes of one report, separated by a space; empty: none
)

// A Mark is something that happened, other than a fix.
type Mark struct {
	Time    int64 // seconds since 1970
	Kind    MarkKind
	Text    string
	Channel string
	Unit    string
	Value   float64 // NaN where there is none
	LatE6   int32   // with LngE6: where, 1e-6 degree; both NoPosition where not known
	LngE6   int32
	Speed   int32 // 0.1 km/h, or Unknown
}

// NoPosition is the LatE6 and LngE6 of a Mark without a position.
const NoPosition = math.MinInt32

// An Entry is a Fix or a Mark: exactly one of the two is set.
type Entry struct {
	Fix  *Fix
	Mark *Mark
}

// Time is when it happened, in seconds since 1970.
func (e Entry) Time() int64 {
	if e.Fix != nil {
		return e.Fix.Time
	}
	return e.Mark.Time
}
