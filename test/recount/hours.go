package recount

import (
	"math"
	"strings"
)

const hoursQuery = `SELECT concat(imei, '|', toString(toUnixTimestamp(hour))), [fixes, usable_fixes, moving_fixes, late_fixes, minutes_with_fixes,
		mapValues(fixes_by_source)[1], length(fixes_by_source), arraySum(mapValues(fixes_by_source)), distance_m, ifNull(odometer_distance_m, -1), ifNull(odometer_track_m, -1),
		moving_s, standing_s, idling_s, unseen_s, observable_s, ifNull(longest_gap_s, -1), ifNull(max_speed_kmh, -1),
		toUnixTimestamp(first_fix_time), toUnixTimestamp(last_fix_time), ifNull(first_odometer_m, -1), ifNull(last_odometer_m, -1), toUnixTimestamp64Milli(last_inserted_time)]::Array(Float64)
	FROM device_hours FINAL`

// An hour is the row of device_hours.
type hour struct {
	fixes, usable, moving, late          float64
	minutes                              map[int]bool
	sources                              map[string]float64
	distance, odometer, odometerTrack    float64
	movingS, standingS, idlingS, unseenS float64
	observableS, longestGap, maxSpeed    float64
	first, last, inserted                float64
	firstOdometer, lastOdometer          float64
}

func hours(fixes []fix) map[string][]float64 {
	all := map[string]*hour{}
	var before *fix // the usable one before, of the same device
	for i := range fixes {
		f := &fixes[i]
		if before != nil && before.imei != f.imei {
			before = nil
		}
		k := key(f.imei, f.at.Unix()/3600*3600)
		h := all[k]
		if h == nil {
			h = &hour{minutes: map[int]bool{}, sources: map[string]float64{}, odometer: -1, odometerTrack: -1, longestGap: -1, maxSpeed: -1,
				first: float64(f.at.Unix()), firstOdometer: -1, lastOdometer: -1}
			all[k] = h
		}
		h.add(f)
		if f.usable {
			h.step(before, f)
			before = f
		}
	}
	out := map[string][]float64{}
	for k, h := range all {
		out[k] = h.row()
	}
	return out
}

func (h *hour) add(f *fix) {
	h.fixes++
	h.minutes[f.at.Minute()] = true
	h.sources[f.source]++
	h.last = float64(f.at.Unix())
	h.inserted = max(h.inserted, float64(f.inserted.UnixMilli()))
	if f.late {
		h.late++
	}
	if !f.usable {
		return
	}
	h.usable++
	if f.speed >= 3 {
		h.moving++
	}
	if f.speed <= 220 {
		h.maxSpeed = max(h.maxSpeed, f.speed)
	}
	if f.odometer >= 0 {
		if h.firstOdometer < 0 {
			h.firstOdometer = f.odometer
		}
		h.lastOdometer, h.odometer, h.odometerTrack = f.odometer, max(h.odometer, 0), max(h.odometerTrack, 0)
	}
}

// step adds the way from the usable fix before.
func (h *hour) step(before, f *fix) {
	if before == nil || f.at.Sub(before.at).Hours() > 1 {
		return
	}
	gap := f.at.Sub(before.at).Seconds()
	h.longestGap = max(h.longestGap, gap)
	way := distanceM(before, f)
	moved := way > 200 || max(before.speed, f.speed) >= 3
	if moved {
		h.distance += way
	}
	if moved && before.odometer >= 0 && f.odometer >= before.odometer {
		h.odometerTrack += way
	}
	if before.odometer >= 0 && f.odometer > before.odometer {
		h.odometer += f.odometer - before.odometer
	}
	switch {
	case gap > 300:
		h.unseenS += gap
	case moved:
		h.movingS += gap
		if gap <= 3 {
			h.observableS += gap
		}
	default:
		h.standingS += gap
		if f.ignition {
			h.idlingS += gap
		}
	}
}

func (h *hour) row() []float64 {
	first, total := "", 0.0
	for s, n := range h.sources {
		if total += n; first == "" || strings.Compare(s, first) < 0 {
			first = s
		}
	}
	return []float64{h.fixes, h.usable, h.moving, h.late, float64(len(h.minutes)), h.sources[first], float64(len(h.sources)), total, h.distance, h.odometer, h.odometerTrack,
		h.movingS, h.standingS, h.idlingS, h.unseenS, h.observableS, h.longestGap, h.maxSpeed, h.first, h.last, h.firstOdometer, h.lastOdometer, h.inserted}
}

// distanceM is on a sphere, as everywhere here.
func distanceM(a, b *fix) float64 {
	const rad = math.Pi / 180
	sinLat, sinLng := math.Sin((b.lat-a.lat)*rad/2), math.Sin((b.lng-a.lng)*rad/2)
	return 2 * 6_371_008.8 * math.Asin(math.Sqrt(sinLat*sinLat+math.Cos(a.lat*rad)*math.Cos(b.lat*rad)*sinLng*sinLng))
}
