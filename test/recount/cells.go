package recount

import "time"

const cellsQuery = `SELECT concat(toString(day), '|', toString(resolution), '|', toString(cell)), [fixes, moving_fixes, devices, speed_sum_kmh]::Array(Float64) FROM cell_days FINAL WHERE fixes > 0`

func cells(fixes []fix) map[string][]float64 {
	out := map[string][]float64{}
	seen := map[string]bool{} // devices by cell
	for i := range fixes {
		f := &fixes[i]
		if !f.usable {
			continue
		}
		for resolution, cell := range map[int]uint64{7: f.h3r7, 9: f.h3r9} {
			k := key(f.at.Format(time.DateOnly), resolution, cell)
			if out[k] == nil {
				out[k] = make([]float64, 4)
			}
			out[k][0]++
			if f.speed >= 3 {
				out[k][1]++
				out[k][3] += f.speed
			}
			if device := key(k, f.imei); !seen[device] {
				seen[device] = true
				out[k][2]++
			}
		}
	}
	return out
}

const latencyQuery = `SELECT concat(toString(toUnixTimestamp(minute)), '|', toString(source)), [fixes, max_fix_to_received_s, max_received_to_inserted_s, max_fix_to_inserted_s]::Array(Float64) FROM latency_counts FINAL WHERE fixes > 0`

// latencies are the counts and the longest times of each minute of inserting.
func latencies(fixes []fix) map[string][]float64 {
	out := map[string][]float64{}
	for i := range fixes {
		f := &fixes[i]
		k := key(f.inserted.Unix()/60*60, f.source)
		if out[k] == nil {
			out[k] = make([]float64, 4)
		}
		received := max(0, float64(f.received.UnixMilli()-f.at.UnixMilli())/1000)
		inserted := max(0, float64(f.inserted.UnixMilli()-f.received.UnixMilli())/1000)
		v := out[k]
		v[0]++
		v[1], v[2], v[3] = max(v[1], received), max(v[2], inserted), max(v[3], received+inserted)
	}
	return out
}
