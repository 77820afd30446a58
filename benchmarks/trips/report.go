package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/odograph/odograph/pkg/trip"
)

// report measures everything and writes it.
func report(w *strings.Builder, dir string) error {
	fmt.Fprint(w, `# Trips and stops on recorded drives

Written by `+"`go run ./benchmarks/trips > benchmarks/trips.md`"+` with the rules of `+"`trip.DefaultRules()`"+`, unless said otherwise. Every figure is of the events as told last; each trace ends with a sign of life an hour later, so that what goes on at its end ends. "Sum of points" is from fix to fix, drift at rest and all; "by speed" is the sum of the device's own speeds over gaps of at most 5 s, which knows nothing of positions.
`)
	for _, part := range []func(*strings.Builder, string) error{reportDrives, reportThinned, reportSingle, reportBuses, reportDeliveries} {
		if err := part(w, dir); err != nil {
			return err
		}
	}
	return nil
}

// reportDrives is driveplotr_nds_a, drive by drive.
func reportDrives(w *strings.Builder, dir string) error {
	rules := trip.DefaultRules()
	with, labels, err := drives(dir, true)
	if err != nil {
		return err
	}
	without, _, err := drives(dir, false)
	if err != nil {
		return err
	}
	f, g := detect(&rules, with.fixes), detect(&rules, without.fixes)
	fmt.Fprintf(w, "\n## driveplotr_nds_a: 17 drives of one car, 1 Hz\n\nAll drives are sent as one device, in order. With the ignition (on in every fix of a drive, off in one more fix after it): **%d trips, %.1f km**, %d stops. Without any ignition: %d trips, %.1f km, %d stops: the two more are drives 15 and 33, cut by rests of more than 5 min in them. The sum of points within the drives is 285.7 km.\n\n",
		len(f.trips), f.distanceM()/1000, len(f.stops), len(g.trips), g.distanceM()/1000, len(g.stops))
	fmt.Fprint(w, "| drive | trips | start, s after the first fix | end, s after the last | km | sum of points | stops at most 1 km/h for 120 s | of them found |\n|---|---|---|---|---|---|---|---|\n")
	for _, l := range labels {
		d := compare(&l, &f)
		fmt.Fprintf(w, "| %s | %d | %d | %d | %.2f | %.2f | %d | %d |\n", l.name, d.trips, d.startS, d.endS, d.distanceM/1000, l.pointsM/1000, len(l.stops), d.stops)
	}
	fmt.Fprint(w, "\nThe recording leaves out the beginning and the end of many drives, so that a drive may begin far from where the one before ended. A start that is earlier than the first fix is the estimate of when the car left where it was last seen, with the distance from there; a start that is later, and an end that is earlier, is rest in the drive.\n")
	return nil
}

// A driveFound is what was found of a labelled drive.
type driveFound struct {
	trips, stops int
	startS, endS int64
	distanceM    float64
}

func compare(l *labelledDrive, f *found) (d driveFound) {
	drive := span{l.first.Time, l.last.Time + 1}
	for i := range f.trips {
		t := &f.trips[i]
		if drive.overlap(span{t.Start, t.End}) == 0 {
			continue
		}
		if d.trips == 0 {
			d.startS = t.Start - l.first.Time
		}
		d.trips++
		d.endS = t.End - l.last.Time
		d.distanceM += t.DistanceM
	}
	for _, s := range l.stops {
		for i := range f.stops {
			if p := (span{f.stops[i].Start, f.stops[i].End}); 10*s.overlap(p) >= 9*(s.to-s.from) {
				d.stops++
				break
			}
		}
	}
	return d
}

// reportThinned is the same car with a tracker that sends less, and less in a fix.
func reportThinned(w *strings.Builder, dir string) error {
	rules := trip.DefaultRules()
	fmt.Fprint(w, "\n### The same, thinned\n\n| a fix every | ignition | speed | trips | km | stops |\n|---|---|---|---|---|---|\n")
	for _, gapS := range []int64{1, 5, 10, 30, 60, 120} {
		for _, ignition := range []bool{true, false} {
			all, _, err := drives(dir, ignition)
			if err != nil {
				return err
			}
			thin := all.thin(gapS)
			for _, speed := range []bool{true, false} {
				if !speed {
					thin = thin.withoutSpeed()
				}
				f := detect(&rules, thin.fixes)
				fmt.Fprintf(w, "| %d s | %s | %s | %d | %.1f | %d |\n", gapS, yes(ignition), yes(speed), len(f.trips), f.distanceM()/1000, len(f.stops))
			}
		}
	}
	return nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// reportSingle are the recordings of which each file is one trip.
func reportSingle(w *strings.Builder, dir string) error {
	rules := trip.DefaultRules()
	fmt.Fprint(w, "\n## One trip each\n\n| trace | fixes | rejected rows | trips | km | sum of points | by speed | stops in it | longest gap, s | told |\n|---|---|---|---|---|---|---|---|---|---|\n")
	line := func(t *trace, speedM float64) {
		f := detect(&rules, t.fixes)
		by, inside := "none sent", 0
		if speedM > 0 {
			by = fmt.Sprintf("%.2f", speedM/1000)
		}
		for i := range f.stops {
			if len(f.trips) == 1 && f.stops[i].Start > f.trips[0].Start && f.stops[i].End < f.trips[0].End {
				inside++
			}
		}
		var gap int64
		for i := range f.trips {
			gap = max(gap, f.trips[i].LongestGapS)
		}
		fmt.Fprintf(w, "| %s | %d | %d | %d | %.2f | %.2f | %s | %d | %d | %d |\n", t.name, len(t.fixes), t.rejected, len(f.trips), f.distanceM()/1000, t.pointsM()/1000, by, inside, gap, f.told)
	}
	bus, err := busTrip(dir)
	if err != nil {
		return err
	}
	line(&bus, 0)
	car, busM, err := carTrip(dir)
	if err != nil {
		return err
	}
	line(&car, busM)
	files, err := filepath.Glob(filepath.Join(dir, "twizy_rsk_a", "*.csv.gz"))
	if err != nil {
		return err
	}
	for _, path := range files {
		t, err := twizy(path)
		if err != nil {
			return err
		}
		line(&t, t.bySpeedM())
	}
	fmt.Fprint(w, "\nThe bus sends positions alone and dwells for 40 of its 75 minutes, also before its first movement; the drift of those dwells is most of what its trip is shorter by than the sum of points (0.17 km in stays of 20 s within 20 m). \"By speed\" is the vehicle's own (OBD, CAN). The Twizy's positions stand still for seconds while it moves, and jump. Rejected: impossible dates and a latitude of 0, which the pipeline puts aside before. \"Told\" counts every time that a trip or a stop was told or told again.\n")
	return nil
}

// reportBuses is capmetro_fleet_a.
func reportBuses(w *strings.Builder, dir string) error {
	fmt.Fprint(w, "\n## capmetro_fleet_a: a bus fleet, a fix every 1 to 2 minutes, no ignition\n\n| day | vehicles | fixes | trips | stops | km in trips | sum of points | longest trip, h | fastest average, km/h |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, day := range []string{"2016-01-17", "2016-05-30"} {
		b, err := measureBuses(dir, day)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %s | %d | %d | %d | %d | %.0f | %.0f | %.1f | %.0f |\n", day, b.vehicles, b.fixes, b.trips, b.stops, b.tripM/1000, b.pointsM/1000, float64(b.longestS)/3600, b.fastestKMH)
	}
	return nil
}

// buses is what a day of the fleet adds up to.
type buses struct {
	vehicles, fixes, trips, stops int
	tripM, pointsM, fastestKMH    float64
	longestS                      int64
}

func measureBuses(dir, day string) (b buses, err error) {
	rules := trip.DefaultRules()
	all, err := vehicles(dir, day)
	for i := range all {
		f := detect(&rules, all[i].fixes)
		b.vehicles++
		b.fixes += len(all[i].fixes)
		b.trips += len(f.trips)
		b.stops += len(f.stops)
		b.tripM += f.distanceM()
		b.pointsM += all[i].pointsM()
		b.longestS = max(b.longestS, f.longestS())
		b.fastestKMH = max(b.fastestKMH, f.fastestKMH())
	}
	return b, err
}

// reportDeliveries is goal_activity_a.
func reportDeliveries(w *strings.Builder, dir string) error {
	all, err := deliveries(dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n## goal_activity_a: couriers, labelled Driving and OnFoot, a fix every 5 s, neither speed nor ignition\n\nThe recording has metres without a place; the point %v° N, %v° E is put under them. 403 pieces of about 6 minutes. A row is taken for Driving where it lies in a trip and in no stop. A true stop (OnFoot) is found if at least half of it lies in stops; a change from Driving to OnFoot if a stop begins within %d s of it; a stop is right if at least half of it is OnFoot. The delivery rules differ from the default in: rest_radius_m 25, leave_m 40, rest_confirm_s 15, min_stop_s 20, min_trip_distance_m 60, min_trip_s 10. They were chosen on these traces, so they are what is possible, not what to expect elsewhere.\n\n", centre.lat, centre.lng, nearS)
	var def, short score
	a, b := trip.DefaultRules(), deliveryRules()
	for i := range all {
		f, g := detect(&a, all[i].fixes), detect(&b, all[i].fixes)
		def.add(&all[i], &f)
		short.add(&all[i], &g)
	}
	fmt.Fprint(w, "| | default rules | delivery rules |\n|---|---|---|\n")
	both := func(what string, of func(*score) string) {
		fmt.Fprintf(w, "| %s | %s | %s |\n", what, of(&def), of(&short))
	}
	both("rows on the right side", func(c *score) string { return share(c.right, c.rows) })
	both("Driving rows taken for Driving", func(c *score) string { return share(c.asDriven, c.driving) })
	both("changes from Driving to OnFoot found", func(c *score) string { return share(c.near, c.changes) })
	for i, name := range []string{"under 30 s", "30 to 60 s", "60 to 120 s", "120 to 300 s", "over 300 s"} {
		both("true stops found, "+name, func(c *score) string { return share(c.found[i], c.stops[i]) })
	}
	both("stops that are right", func(c *score) string { return share(c.true, c.told) })
	fmt.Fprint(w, "\nThe default rules do not look for what is shorter than two minutes (min_stop_s). What they find of shorter stops lies in a longer rest: a piece that begins on foot and goes on with drives of less than 300 m is one stop to them.\n")
	return nil
}

func share(n, of int) string {
	return strings.TrimSpace(fmt.Sprintf("%.3f (%d of %d)", float64(n)/float64(of), n, of))
}
