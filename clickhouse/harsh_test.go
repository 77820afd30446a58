package clickhouse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/timeline"
)

// drivenFrom is when the drives below begin.
var drivenFrom = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).Unix()

// drive makes one up that brakes, speeds up and turns harshly, more often than in
// life, at a device's usual gaps with longer ones in between. Its faults: few
// satellites, the ignition off, no speed or heading, old coordinates, a position
// that stands still, and a speed that leaps for one fix.
func drive(rng *rand.Rand, cadence int64, fixes int) []timeline.Fix {
	out := make([]timeline.Fix, 0, fixes)
	at, speed, heading, lat, lng, leaps := drivenFrom, 40.0, 0.0, 52.0, 13.0, 0
	for i := range fixes {
		gap := cadence
		switch rng.IntN(60) {
		case 0:
			gap += rng.Int64N(30)
		case 1:
			gap += rng.Int64N(4)
		}
		at += gap
		switch rng.IntN(6) {
		case 0:
			speed += rng.NormFloat64() * 9 * float64(gap)
		case 1:
			heading += rng.NormFloat64() * 14 * float64(gap)
		default:
			speed += (50 - speed) / 40
		}
		speed, heading = min(max(speed, 0), 140), math.Mod(heading+360, 360)
		if stands := i%400 > 380; !stands {
			lat += speed / 3.6 * float64(gap) / 111_195 * math.Cos(heading*math.Pi/180)
			lng += speed / 3.6 * float64(gap) / 68_460 * math.Sin(heading*math.Pi/180)
		}
		f := timeline.Fix{Time: at, LatE6: int32(math.Round(lat * 1e6)), LngE6: int32(math.Round(lng * 1e6)), SpeedDKMH: int32(math.Round(speed * 10)),
			HeadingDeg: int32(heading), Satellites: 9, ACC: 1, OdometerM: timeline.Unknown}
		switch rng.IntN(50) {
		case 0:
			f.Satellites = rng.Int32N(8)
		case 1:
			f.ACC = rng.Int32N(2)
		case 2:
			f.SpeedDKMH = timeline.Unknown
		case 3:
			f.HeadingDeg, f.Satellites, f.ACC = timeline.Unknown, timeline.Unknown, timeline.Unknown
		case 4:
			f.Old = true
		case 5: // never one so soon after another: see docs/views.md
			if i-leaps > 20 {
				f.SpeedDKMH, leaps = rng.Int32N(2190), i
			}
		}
		out = append(out, f)
	}
	return out
}

// detected are the events that the detector finds in a drive.
func detected(imei string, class driving.Class, fixes []timeline.Fix, into map[string]string) {
	var s driving.State
	rules := &derive.DefaultRules().Driving
	out := driving.Out{Event: func(e *driving.Event) {
		if !strings.HasPrefix(string(e.Kind), "harsh") {
			return
		}
		turn := "- -"
		if e.Kind == "harsh_cornering" {
			turn = fmt.Sprintf("%v %v", e.PeakHeadingDeg, e.HeadingChangeDeg)
		}
		into[fmt.Sprintf("%s %s %d", imei, e.Kind, e.Start)] = fmt.Sprintf("%d %s %.9f %.9f %d %.1f %.1f %s %.6f %.6f %s %s",
			e.End, e.Severity, e.PeakMPS2, e.ThresholdMPS2, e.GapS, e.SpeedBeforeKMH, e.SpeedAfterKMH, turn, float64(e.LatE6)/1e6, float64(e.LngE6)/1e6, e.Confidence, class)
	}}
	for i := range fixes {
		s.Fix(rules, driving.Input{Class: class}, &fixes[i], &out)
	}
}

// TestHarshFromHistory drives vehicles of all classes and holds what SQL finds in
// their stored fixes to what the detector finds in the same fixes.
func TestHarshFromHistory(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("default"))
	rng := rand.New(rand.NewPCG(7, 11))
	want, last := map[string]string{}, int64(0)
	for n, cadence := range []int64{1, 1, 1, 1, 1, 2, 2, 3, 3, 5, 8, 10} {
		class := driving.Classes()[n%5]
		imei := fmt.Sprint(1000 + n)
		fixes := drive(rng, cadence, 2500)
		last = max(last, fixes[len(fixes)-1].Time)
		detected(imei, class, fixes, want)
		execute(t, conn, insertFixes(imei, fixes), fmt.Sprintf("INSERT INTO devices (imei, vehicle_class) VALUES ('%s', ' %s')", imei, strings.ToUpper(class.String())))
	}
	const columns = `concat(imei, ' ', kind, ' ', toString(toUnixTimestamp64Second(start_time)), '=', toString(toUnixTimestamp64Second(end_time)), ' ', severity, ' ', toDecimalString(peak_mps2, 9), ' ',
		toDecimalString(threshold_mps2, 9), ' ', toString(gap_s), ' ', toDecimalString(speed_before_kmh, 1), ' ', toDecimalString(speed_after_kmh, 1), ' ', ifNull(toString(peak_heading_change_deg), '-'), ' ',
		ifNull(toString(heading_change_deg), '-'), ' ', toDecimalString(lat, 6), ' ', toDecimalString(lng, 6), ' ', confidence, ' ', vehicle_class)`
	from, to := time.Unix(drivenFrom, 0).UTC(), time.Unix(last+1, 0).UTC()
	got := map[string]string{}
	for _, line := range strings.Split(lines(t, dsn("reader"), fmt.Sprintf("SELECT %s FROM harsh_from_history(imei = '', from = '%s', to = '%s', rule_version = '')", columns, from.Format(time.DateTime), to.Format(time.DateTime))), "\n") {
		id, rest, _ := strings.Cut(line, "=")
		if got[id] != "" {
			t.Errorf("%s is there twice", id)
		}
		got[id] = rest
	}
	kinds, wrong := map[string]int{}, 0
	for id, w := range want {
		kinds[strings.Fields(id)[1]]++
		if got[id] != w {
			if wrong++; wrong <= 10 {
				t.Errorf("%s: found in SQL %q\n\tby the detector %q", id, got[id], w)
			}
		}
	}
	for id, g := range got {
		if want[id] == "" {
			if wrong++; wrong <= 20 {
				t.Errorf("%s: found in SQL %q, not by the detector", id, g)
			}
		}
	}
	t.Logf("%d events by kind: %v; %d differ", len(want), kinds, wrong)
	for _, kind := range []string{"harsh_braking", "harsh_acceleration", "harsh_cornering"} {
		if kinds[kind] < 100 {
			t.Errorf("only %d of %s", kinds[kind], kind)
		}
	}

	// Rules that are not known find no event, which is no answer.
	err := connect(t, dsn("reader")).Exec(t.Context(), fmt.Sprintf("SELECT count() FROM harsh_from_history(imei = '1000', from = '%s', to = '%s', rule_version = 'misspelt')", from.Format(time.DateTime), to.Format(time.DateTime)))
	if err == nil || !strings.Contains(err.Error(), "no rules of this rule_version") {
		t.Errorf("rules that are not known: %v", err)
	}

	// A part of the time has the same events as the whole.
	middle := time.Unix(drivenFrom+900, 0).UTC()
	part := lines(t, dsn("reader"), fmt.Sprintf("SELECT count() FROM harsh_from_history(imei = '1000', from = '%s', to = '%s', rule_version = '%s')", middle.Format(time.DateTime), to.Format(time.DateTime), derive.DefaultRules().Version))
	n := 0
	for id := range want {
		var imei, kind string
		var start int64
		_, _ = fmt.Sscan(id, &imei, &kind, &start)
		if imei == "1000" && start >= middle.Unix() {
			n++
		}
	}
	if part != fmt.Sprint(n) {
		t.Errorf("%s events of a part of the time, want %d", part, n)
	}
}

// insertFixes is the statement that stores fixes of a device.
func insertFixes(imei string, fixes []timeline.Fix) string {
	opt := func(v int32, by float64) string {
		if v == timeline.Unknown {
			return "NULL"
		}
		return fmt.Sprint(float64(v) / by)
	}
	rows := make([]string, len(fixes))
	for i, f := range fixes {
		method := 1
		if f.Old {
			method = 13
		}
		rows[i] = fmt.Sprintf("('%s', %d, %d, 'push', %d, %d, %s, %s, %s, %s, %d, %d)", imei, f.Time, f.Time, f.LatE6*10, f.LngE6*10,
			opt(f.SpeedDKMH, 10), opt(f.HeadingDeg, 1), opt(f.Satellites, 1), opt(f.ACC, 1), method, i)
	}
	return "INSERT INTO fixes (imei, fix_time, received_time, source, lat_e7, lng_e7, speed_kmh, heading_deg, satellites, acc, post_method, raw_offset) VALUES " + strings.Join(rows, ", ")
}

// TestDeviceClasses holds the classes of SQL to those of the rules.
func TestDeviceClasses(t *testing.T) {
	dsn := migrated(t)
	words := []string{"", "automobile", "per", "pickup", "Taxi", "unheard of", "truck", " TRUCK ", "lorry", "heavy truck", "box truck", "bus", "minibus", "school bus", "mtc", "motorcycle",
		"van", "Light Truck", "delivery van", "pickup truck", "Crane-Truck 3t", "SUV", "minivan", "E-bike"}
	conn := connect(t, dsn("default"))
	var want []string
	for i, word := range words {
		execute(t, conn, fmt.Sprintf("INSERT INTO devices (imei, vehicle_class) VALUES ('%02d', '%s')", i, word))
		want = append(want, fmt.Sprintf("%02d %s", i, driving.ClassOf(word)))
	}
	same(t, dsn("reader"), "SELECT imei, vehicle_class FROM device_classes ORDER BY imei", strings.Join(want, "\n"))
}
