package derived_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/test/pipeline"
)

// everyCrossing are rules without hysteresis.
const everyCrossing = `version: every-crossing
geofence: {rest: {radius_m: 0}, exit: {min_fixes: 1, min_outside_s: 0, margin_m: 0, margin_share: 0}}
`

// feature is one of a GeoJSON file.
type feature struct {
	Properties map[string]any  `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

func features(t *testing.T, folder, file string) []feature {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(pipeline.Data(t, folder), file))
	require.NoError(t, err)
	var all struct{ Features []feature }
	require.NoError(t, json.Unmarshal(b, &all))
	return all.Features
}

// neighbourhoods are those of ndsbr_curitiba, one fence each.
func neighbourhoods(t *testing.T) (out []schema.Fence) {
	for _, f := range features(t, "ndsbr_curitiba", "neighbourhoods.geojson") {
		name := f.Properties["NOME"].(string)
		out = append(out, schema.Fence{FenceID: name, Version: 1, Name: name, GeoJSON: schema.Bytes(f.Geometry)})
	}
	return out
}

// A curitiba is the recording of ndsbr_curitiba, each trip by a device of its own.
type curitiba struct {
	replay
	trips map[string]string            // imei by trip
	truth map[string]map[string]string // neighbourhood by imei and time
}

func naturalistic(t *testing.T, prefix string) *curitiba {
	t.Helper()
	c := &curitiba{trips: map[string]string{}, truth: map[string]map[string]string{}}
	point := func(s string) string { return strings.ReplaceAll(s, ",", ".") }
	for _, file := range []string{"driver_A.csv.gz", "driver_B.csv.gz"} {
		rowsOf(t, filepath.Join(pipeline.Data(t, "ndsbr_curitiba"), file), ';', func(field func(string) string) {
			trip := field("ID")
			imei := prefix + simulate.MadeUpIMEI("ndsbr " + trip)[2:]
			c.trips[trip] = imei
			local, err := time.Parse("2/1/2006 15:04:05", field("DAY_CORRIGIDO")+" "+field("PR"))
			require.NoError(t, err)
			at := local.Add(3 * time.Hour)
			lat, lng := point(field("LAT")), point(field("LONG"))
			if lat == "" {
				lat = "null"
			} else {
				if c.truth[imei] == nil {
					c.truth[imei] = map[string]string{}
				}
				c.truth[imei][text(at)] = field("BAIRRO")
			}
			c.add("/pushgps", imei, at, fmt.Sprintf(`{"deviceImei":"%s","gpsTime":"%s","lat":%s,"lng":%s,"gpsSpeed":%s,"direction":%d,"postType":1}`,
				imei, text(at), lat, lng, point(field("SPD_KMH")), int(number(point(field("HEADING"))))%360))
		})
	}
	c.rest(time.Hour + time.Second)
	return c
}

// TestNeighbourhoods drives through the 75 neighbourhoods of Curitiba: each fix is
// in the one that the source says, and each change of it is an exit and an enter.
// With the default rules there are fewer, and they alternate.
func TestNeighbourhoods(t *testing.T) {
	raw, quiet := naturalistic(t, "71"), naturalistic(t, "72")
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(rules, []byte(everyCrossing), 0o600))
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 2, Enricher: map[string]string{
		"ODOGRAPH_RULES": rules, "ODOGRAPH_RULES_LOOK": "100ms",
	}})
	p.Start()
	places := neighbourhoods(t)
	require.Len(t, places, 75)
	p.Fence(places...)
	t.Logf("75 fences in force after %s", p.WaitFences(75))

	raw.send(t, p)
	p.WaitAccounted(2 * time.Minute)
	require.NoError(t, os.WriteFile(rules, []byte("version: quiet\n"), 0o600))
	waitForRules(t, p, `"version":"quiet`)
	quiet.send(t, p)
	p.WaitAccounted(2 * time.Minute)
	waitForSink(t, p)

	for _, c := range []*curitiba{raw, quiet} {
		c.checkMembership(t, p)
	}
	raw.checkCrossings(t, p)
	checkAlternate(t, p, quiet.imeis())
	all := func(c *curitiba) int64 {
		return p.Count("SELECT count() FROM geofence_events WHERE kind IN ('enter', 'exit') AND imei IN " + c.imeis())
	}
	t.Logf("%d enters and exits without hysteresis, %d with the default rules", all(raw), all(quiet))
	require.Less(t, all(quiet), all(raw))
	require.EqualValues(t, 2, p.Count("SELECT count() FROM dead_letters"), "the row without a latitude, of both")
	p.Stop()
}

func (c *curitiba) imeis() string { return "('" + strings.Join(sortedKeys(c.truth), "', '") + "')" }

func (c *curitiba) checkMembership(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	n, wrong := 0, 0
	query(t, p, "SELECT imei, toString(fix_time), fence_ids FROM fixes WHERE imei IN "+c.imeis(), func(scan func(...any)) {
		var imei, at string
		var ids []string
		scan(&imei, &at, &ids)
		n++
		if want := c.truth[imei][at]; len(ids) != 1 || ids[0] != want {
			if wrong++; wrong < 5 {
				t.Errorf("%s at %s is in %v, want %s", imei, at, ids, want)
			}
		}
	})
	require.Equal(t, 13_398, n)
	t.Logf("%d fixes, %d in another neighbourhood than the source says", n, wrong)
}

func (c *curitiba) checkCrossings(t *testing.T, p *pipeline.Pipeline) {
	t.Helper()
	for trip, want := range map[string]int64{"A05": 11, "A12": 5, "A18": 1, "B08": 7, "B13": 19, "B18": 19} {
		where := " AND imei = '" + c.trips[trip] + "'"
		exits := p.Count("SELECT count() FROM geofence_events WHERE kind = 'exit'" + where)
		enters := p.Count("SELECT count() FROM geofence_events WHERE kind = 'enter'" + where)
		inferred := p.Count("SELECT count() FROM geofence_events WHERE inferred" + where)
		t.Logf("%s: %d exits, %d enters, %d of them inferred; the source has %d changes", trip, exits, enters, inferred, want)
		require.Equal(t, want, exits-inferred/2, trip)
		require.Equal(t, want, enters-inferred/2, trip)
	}
}

// checkAlternate holds that of each device and fence a beginning is followed by an
// end and an end by a beginning. Of two in one second either may be the first.
func checkAlternate(t *testing.T, p *pipeline.Pipeline, imeis string) {
	t.Helper()
	type transition struct {
		at     string
		begins bool
	}
	all := map[string][]transition{}
	query(t, p, `SELECT concat(imei, ' ', fence_id), toString(at), kind IN ('enter', 'inside_at_start', 'inside_at_open')
		FROM geofence_events WHERE kind NOT IN ('dwell', 'unknown', 'inside_again') AND imei IN `+imeis+` ORDER BY at`,
		func(scan func(...any)) {
			var of string
			var one transition
			scan(&of, &one.at, &one.begins)
			all[of] = append(all[of], one)
		})
	require.NotEmpty(t, all)
	for of, list := range all {
		for i := range list {
			begins := i%2 == 0
			if i+1 < len(list) && list[i].begins != begins && list[i+1].at == list[i].at {
				list[i], list[i+1] = list[i+1], list[i]
			}
			if list[i].begins != begins {
				t.Errorf("%s: at %s one follows another of its kind: %v", of, list[i].at, list)
				break
			}
		}
	}
}

// TestStopsOfABus drives a bus past its 36 stops, each a circle of 25 m.
func TestStopsOfABus(t *testing.T) {
	r := bus(t)
	p := pipeline.New(t, stacktest.Shared(t), pipeline.Options{Partitions: 2})
	p.Start()
	var stops []schema.Fence
	for _, f := range features(t, "bus304_limerick", "stops_304_to_ul.geojson") {
		stops = append(stops, schema.Fence{
			FenceID: fmt.Sprint(f.Properties["stop_id"]), Version: 1, Name: fmt.Sprint(f.Properties["stop_name"]),
			GeoJSON: fmt.Appendf(nil, `{"type":"Feature","properties":{"radius_m":25},"geometry":%s}`, f.Geometry),
		})
	}
	require.Len(t, stops, 36)
	p.Fence(stops...)
	p.WaitFences(36)
	r.send(t, p)
	p.WaitAccounted(2 * time.Minute)
	waitForSink(t, p)
	imeis := "('" + strings.Join(sortedKeys(r.until), "', '") + "')"
	require.EqualValues(t, 36, p.Count("SELECT uniqExact(fence_id) FROM geofence_events WHERE kind IN ('enter', 'inside_at_start') AND imei IN "+imeis))
	t.Logf("%d stops were entered without a fix inside", p.Count("SELECT count() FROM geofence_events WHERE kind = 'enter' AND inferred"))
	checkAlternate(t, p, imeis)
	p.Stop()
}
