package timeline_test

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/odograph/odograph/pkg/timeline"
)

// size is the binary form of a log, without keys.
func size(written changelog) (n int) {
	for _, b := range written {
		n += len(b)
	}
	return n
}

const keyBytes = len("356938035643809/t") + 1

// live adds fixes as they come, each in a transaction of its own, with a window
// of two hours, and tells the mean size of the log and what is written of a fix.
func live(tb testing.TB, fixes []timeline.Fix) (device, perEntry, logged float64, most int) {
	var l timeline.Log
	written := changelog{}
	sizes, entries, steps, log := 0, 0, 0, 0
	for i := range fixes {
		l = l.Fork()
		if l.AddFix(fixes[i]) != timeline.Appended {
			tb.Fatal("not in order")
		}
		l.Cut(fixes[i].Time-7200, func(timeline.Entry) {})
		l.Dirty(func(slot int) {
			b, _ := l.AppendChunk(nil, slot)
			log += keyBytes + len(b)
			if slot >= 10 {
				log++
			}
		})
		written.write(&l)
		if fixes[i].Time-fixes[0].Time >= 7200 {
			n := size(written)
			sizes, entries, steps = sizes+n, entries+l.Len(), steps+1
			most = max(most, n)
		}
	}
	if steps == 0 {
		sizes, entries, steps = size(written), l.Len(), 1
	}
	return float64(sizes) / float64(steps), float64(sizes) / float64(entries), float64(log) / float64(len(fixes)), most
}

// TestBytesPerDevice states what a device costs; the package doc repeats it.
func TestBytesPerDevice(t *testing.T) {
	for _, c := range []struct {
		name       string
		interval   int64
		always     bool
		mostBytes  float64
		mostLogged float64
	}{
		{"always moving", 1, true, 16_800, 54}, {"always moving", 10, true, 2_850, 62}, {"always moving", 60, true, 890, 77},
		{"city fleet   ", 1, false, 10_350, 50}, {"city fleet   ", 10, false, 1_820, 55}, {"city fleet   ", 60, false, 565, 60},
	} {
		var device, perEntry, logged, moving float64
		most := 0
		const vehicles = 5
		for seed := range uint64(vehicles) {
			fixes := drive(seed, 5*3600, c.interval, c.always)
			fixes = without(fixes, func(f *timeline.Fix) { f.OdometerM = timeline.Unknown })
			d, e, l, m := live(t, fixes)
			device, perEntry, logged = device+d/vehicles, perEntry+e/vehicles, logged+l/vehicles
			moving += share(fixes) / vehicles
			most = max(most, m)
		}
		t.Logf("%s, a fix every %2d s: %6.0f bytes (at most %d), %.2f a fix (%2.0f %% of them moving), %.1f changelog bytes a fix",
			c.name, c.interval, device, most, perEntry, moving*100, logged)
		if device > c.mostBytes || logged > c.mostLogged {
			t.Errorf("%s, a fix every %d s: more than %.0f bytes or %.0f changelog bytes", c.name, c.interval, c.mostBytes, c.mostLogged)
		}
	}
}

// TestBytesOfRecordedDrives tells the same of real drives, as a tracker with
// whole km/h and degrees would have sent them.
func TestBytesOfRecordedDrives(t *testing.T) {
	drives := recordedDrives(t)
	for _, interval := range []int64{1, 2, 5, 10, 30, 60} {
		bytes, entries := 0, 0
		logged := 0.0
		for _, fixes := range drives {
			thin := thinned(fixes, interval)
			var l timeline.Log
			for i := range thin {
				l.AddFix(thin[i])
			}
			written := changelog{}
			written.write(&l)
			bytes, entries = bytes+size(written), entries+len(thin)
			_, _, each, _ := live(t, thin)
			logged += each * float64(len(thin))
		}
		t.Logf("a fix every %2d s: %.2f bytes a fix, %.1f changelog bytes a fix, %d fixes", interval, float64(bytes)/float64(entries), logged/float64(entries), entries)
	}
}

func thinned(fixes []timeline.Fix, interval int64) (out []timeline.Fix) {
	for _, f := range fixes {
		if len(out) == 0 || f.Time-out[len(out)-1].Time >= interval {
			out = append(out, f)
		}
	}
	return out
}

func recordedDrives(t *testing.T) map[string][]timeline.Fix {
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "driveplotr_nds_a", "drives.csv.gz"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	drives := map[string][]timeline.Fix{}
	for _, row := range rows[1:] {
		number := func(name string) float64 {
			v, err := strconv.ParseFloat(row[column[name]], 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		at, err := time.Parse(time.RFC3339, row[column["time_utc"]])
		if err != nil {
			t.Fatal(err)
		}
		id := row[column["drive"]]
		drives[id] = append(drives[id], timeline.Fix{
			Time: at.Unix(), LatE6: int32(math.Round(number("gps_lat") * 1e6)), LngE6: int32(math.Round(number("gps_long") * 1e6)),
			SpeedDKMH:  int32(math.Round(number("speed_mph")*1.609344)) * 10,
			HeadingDeg: int32(math.Round(number("gps_heading_raw"))) % 360,
			Satellites: min(int32(number("gps_sats")), timeline.MaxSatellites), ACC: 1, OdometerM: timeline.Unknown,
		})
	}
	return drives
}

// TestBytesOfMarks tells what marks take between the fixes of a parked vehicle.
func TestBytesOfMarks(t *testing.T) {
	for _, c := range []struct {
		name   string
		every  int64
		most   float64
		mark   func(f *timeline.Fix, i int64) timeline.Mark
		moving bool
	}{
		{"signs of life", 180, 1.5, func(f *timeline.Fix, _ int64) timeline.Mark {
			return timeline.Mark{Time: f.Time + 4, Kind: timeline.MarkContact, Value: math.NaN(), LatE6: timeline.NoPosition, LngE6: timeline.NoPosition, Speed: timeline.Unknown}
		}, false},
		{"fuel levels  ", 30, 3.2, func(f *timeline.Fix, i int64) timeline.Mark {
			return timeline.Mark{Time: f.Time, Kind: timeline.MarkFuel, Channel: "1", Unit: "L", Value: float64(6000-i*7) / 100, LatE6: f.LatE6, LngE6: f.LngE6, Speed: f.SpeedDKMH}
		}, true},
	} {
		fixes := drive(1, 7200, 10, c.moving)
		var with, sans timeline.Log
		marks := 0
		for i := range fixes {
			sans.AddFix(fixes[i])
			with.AddFix(fixes[i])
			if int64(i)*10%c.every == 0 {
				with.AddMark(c.mark(&fixes[i], int64(i)))
				marks++
			}
		}
		a, b := changelog{}, changelog{}
		a.write(&with)
		b.write(&sans)
		each := float64(size(a)-size(b)) / float64(marks)
		t.Logf("%s every %d s: %.1f bytes each", c.name, c.every, each)
		if each > c.most {
			t.Errorf("%s: more than %.1f bytes each", c.name, c.most)
		}
	}
}
