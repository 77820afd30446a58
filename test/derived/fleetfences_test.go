package derived_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/pkg/schema"
)

// stages are the times of the drives from which on fences are there, are changed,
// and are deleted.
const stages = 4

func stageAt(stage int) time.Time { return start.Add(time.Duration(stage) * 50 * time.Minute) }

// fencesOf draws circles around places where the vehicles of a delivery come by,
// stage by stage, each with one fence that was not there before.
func fencesOf(drives []simulate.Item, prefix string) (out [][]schema.Fence) {
	var imeis []string
	seen := map[string]bool{}
	var places [][2]float64
	for i := range drives {
		it := &drives[i]
		if !seen[it.IMEI] {
			seen[it.IMEI] = true
			imeis = append(imeis, prefix+it.IMEI[2:])
		}
		var fix struct{ Lat, Lng float64 }
		if it.Path == "/pushgps" && i%997 == 0 && json.Unmarshal(it.JSON, &fix) == nil {
			places = append(places, [2]float64{fix.Lat, fix.Lng})
		}
	}
	circle := func(n int, version int64, stage int, radiusM float64) schema.Fence {
		return schema.Fence{
			FenceID: fmt.Sprintf("%s-%02d", prefix, n), Version: version, ValidFrom: schema.Some(stageAt(stage)), IMEIs: imeis, DwellS: []int64{60, 600},
			GeoJSON: fmt.Appendf(nil, `{"type":"Feature","properties":{"radius_m":%v},"geometry":{"type":"Point","coordinates":[%v,%v]}}`, radiusM, places[n][1], places[n][0]),
		}
	}
	const atFirst = 16
	var first []schema.Fence
	for n := range atFirst - 1 {
		f := circle(n, 1, 0, float64(100*(1+n%7)))
		if n%5 == 0 {
			f.SpeedLimitKMH = schema.Some(30.0)
		}
		first = append(first, f)
	}
	out = append(out, first)
	for stage := 1; stage < stages; stage++ {
		var changes []schema.Fence
		for n := stage; n < atFirst-1; n += 3 { // larger, smaller, gone
			f := circle(n, int64(stage)+1, stage, float64(150*(1+(n+stage)%5)))
			f.Deleted = (n+stage)%6 == 0
			changes = append(changes, f)
		}
		out = append(out, append(changes, circle(atFirst+stage, 1, stage, 400)))
	}
	for stage := range out { // by which the number of fences tells that a stage is known
		out[stage] = append(out[stage], schema.Fence{FenceID: fmt.Sprintf("%s-stage-%d", prefix, stage), Version: 1, IMEIs: []string{"none"}, GeoJSON: circle(0, 1, 0, 5).GeoJSON})
	}
	return out
}
