package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A recording is a file of one or more devices that has faults and no labels.
type recording struct {
	title   string
	why     string // what stands under the table
	name    string
	class   driving.Class
	rows    int
	undated int // rows whose date is none: the collector's decoder puts them aside
	devices map[string][]timeline.Entry
}

// add takes a fix; the first of a second counts.
func (r *recording) add(device string, f schema.Fix) {
	if r.devices == nil {
		r.devices = map[string][]timeline.Entry{}
	}
	t := timeline.FixOf(&f)
	r.devices[device] = append(r.devices[device], timeline.Entry{Fix: &t})
}

// settle puts each device's fixes in order.
func (r *recording) settle() {
	for d, all := range r.devices {
		slices.SortStableFunc(all, func(a, b timeline.Entry) int { return cmp.Compare(a.Time(), b.Time()) })
		r.devices[d] = slices.CompactFunc(all, func(a, b timeline.Entry) bool { return a.Time() == b.Time() })
	}
}

const busTitle = "capmetro_fleet_a: buses, a fix a minute or two, repeats and disorder, whole miles per hour, no heading"

const busNote = "`alone`: two fixes 2 to 10 s apart with a minute or two on either side. By their numbers they are anything from a stop at a bus stop to 32 km/h lost in 3 s; a device that sends so seldom shows neither what was before nor what came after, so one near pair of fixes is not evidence (`min_run_fixes`)."

func readCapmetro(data string) ([]recording, error) {
	var out []recording
	for _, day := range []string{"2016-01-17", "2016-05-30"} {
		r := recording{title: busTitle, why: busNote, name: day, class: driving.Bus}
		err := rows(filepath.Join(data, "capmetro_fleet_a", day+".csv.gz"), func(get func(string) string) error {
			at, err := time.Parse(time.RFC3339, get("timestamp"))
			r.rows++
			r.add(get("vehicle_id"), schema.Fix{FixTime: at, Lat: number(get("latitude")), Lng: number(get("longitude")), SpeedKMH: schema.Some(number(get("speed")) * 3.6)})
			return err
		})
		if err != nil {
			return nil, err
		}
		r.settle()
		out = append(out, r)
	}
	return out, nil
}

const carTitle = "twizy_rsk_a: an electric car, a row a second, speed from its bus, position and speed held for several seconds"

const carNote = "What the rows look like: `28 28 28 28 28 42 42 42 42` km/h at positions that are as old. Speed and position are refreshed every several seconds, each in its own time, and repeated between; 9 of 10 rows on the move have the very position of the row before. A jump of the speed after such a stretch is the change of all of it, in a second that nobody knows: 14 km/h in \"1 s\" (3.9 m/s²) are 1.9 m/s² over 2 s and 0.5 over 8. `held_position`: the two rows have one position though the vehicle moved by its speed; `held_device`: they do not, but the device did that within the last 15 minutes; `max_abs`: more than 9 m/s². No harsh event is left, so none is left to be a fault; real hard braking in these drives is not seen either, and `Observable` says so: such a pair does not count as observed."

func readTwizy(data string) ([]recording, error) {
	files, err := filepath.Glob(filepath.Join(data, "twizy_rsk_a", "*.csv.gz"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no drives under %s/twizy_rsk_a: %w", data, err)
	}
	var out []recording
	for _, path := range files {
		r := recording{title: carTitle, why: carNote, name: strings.TrimSuffix(filepath.Base(path), ".csv.gz")}
		err := rows(path, func(get func(string) string) error {
			r.rows++
			at, err := time.Parse("01/02/2006 15:04:05", get("Date")+" "+get("Time"))
			if err != nil || at.Year() != 2021 {
				r.undated++
				return nil //nolint:nilerr // a row without a date is counted, as the pipeline puts it aside
			}
			r.add("", schema.Fix{FixTime: at, Lat: number(get("LAT")), Lng: number(get("LON")), SpeedKMH: schema.Some(math.Round(number(get("Speed"))))})
			return nil
		})
		if err != nil {
			return nil, err
		}
		r.settle()
		out = append(out, r)
	}
	return out, nil
}

// A faultScore is what came of a recording.
type faultScore struct {
	fixes   int
	harsh   []driving.Event
	rejects map[driving.Reason]int
}

func (r *recording) score() faultScore {
	rules := driving.DefaultRules()
	s := faultScore{rejects: map[driving.Reason]int{}}
	for _, device := range slices.Sorted(maps.Keys(r.devices)) {
		entries := r.devices[device]
		s.fixes += len(entries)
		f := detect(&rules, driving.Input{Class: r.class}, entries)
		for _, e := range f.events {
			if e.Kind != schema.Speeding {
				s.harsh = append(s.harsh, e)
			}
		}
		for reason, n := range f.rejects {
			s.rejects[reason] += n
		}
	}
	return s
}

func reportFaults(w *strings.Builder, all []recording) {
	fmt.Fprintf(w, "\n## %s\n\nDefault rules. No harsh event may come from a fault of the data. Rejected: pairs of fixes that passed a threshold of some kind, by the first reason that holds.\n\n| file | class | rows | no date | fixes | harsh events | rejected |\n|---|---|---|---|---|---|---|\n", all[0].title)
	var events strings.Builder
	for i := range all {
		r := &all[i]
		s := r.score()
		why := make([]string, 0, len(s.rejects))
		for _, reason := range slices.Sorted(maps.Keys(s.rejects)) {
			why = append(why, fmt.Sprintf("%s %d", reason, s.rejects[reason]))
		}
		fmt.Fprintf(w, "| %s | %s | %d | %d | %d | %d | %s |\n", r.name, r.class, r.rows, r.undated, s.fixes, len(s.harsh), strings.Join(why, ", "))
		for _, e := range s.harsh {
			fmt.Fprintf(&events, "| %s | %s | %s | %.2f | %d | %.0f to %.0f | %s |\n", r.name, time.Unix(e.Start, 0).UTC().Format(time.DateTime), e.Kind, e.PeakMPS2, e.GapS, e.SpeedBeforeKMH, e.SpeedAfterKMH, e.Confidence)
		}
	}
	if all[0].why != "" {
		fmt.Fprintf(w, "\n%s\n", all[0].why)
	}
	if events.Len() > 0 {
		fmt.Fprintf(w, "\n| file | start | kind | m/s² | gap s | km/h | confidence |\n|---|---|---|---|---|---|---|\n%s", events.String())
	}
}
