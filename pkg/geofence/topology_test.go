package geofence_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/odograph/odograph/pkg/geo"
)

// topology is TopoJSON: rings are made of arcs that neighbours share. An arc is steps
// on a grid; one with a number below 0 is that of its complement, backwards.
type topology struct {
	Transform struct{ Scale, Translate [2]float64 }
	Arcs      [][][2]int
	Objects   map[string]struct {
		Geometries []struct {
			Type, ID   string
			Arcs       json.RawMessage
			Properties struct{ Name string }
		}
	}
}

func (w *topology) ring(t *testing.T, arcs []int) (ring []geo.Point) {
	for _, number := range arcs {
		line := w.line(max(number, ^number))
		if number < 0 {
			slices.Reverse(line)
		}
		if len(ring) > 0 {
			if ring[len(ring)-1] != line[0] {
				t.Fatalf("arc %d does not go on from where the one before ends", number)
			}
			line = line[1:]
		}
		ring = append(ring, line...)
	}
	return ring
}

func (w *topology) line(arc int) (line []geo.Point) {
	x, y := 0, 0
	for _, step := range w.Arcs[arc] {
		x, y = x+step[0], y+step[1]
		line = append(line, geo.Point{
			Lat: float64(y)*w.Transform.Scale[1] + w.Transform.Translate[1],
			Lng: float64(x)*w.Transform.Scale[0] + w.Transform.Translate[0],
		})
	}
	return line
}

// counties are all of the United States, by their numbers.
func counties(t *testing.T) (fences []*geo.Fence, names map[string]string) {
	var w topology
	if err := json.NewDecoder(recorded(t, "us_atlas/counties-10m.json")).Decode(&w); err != nil {
		t.Fatal(err)
	}
	names = map[string]string{}
	for _, g := range w.Objects["counties"].Geometries {
		polygons := make([][][]int, 1)
		into := any(&polygons[0])
		if g.Type == "MultiPolygon" {
			into = &polygons
		}
		if err := json.Unmarshal(g.Arcs, into); err != nil {
			t.Fatal(err)
		}
		shape := geo.Shape{Kind: geo.Polygon}
		for _, polygon := range polygons {
			var rings [][]geo.Point
			for _, arcs := range polygon {
				rings = append(rings, w.ring(t, arcs))
			}
			shape.Polygons = append(shape.Polygons, rings)
		}
		// On the coarse grid some borders lie on themselves, some islands are a point,
		// and so is all of Falls Church, a city of 5 km² that is a county of its own.
		text, err := shape.GeoJSON()
		if err != nil {
			t.Fatal(err)
		}
		f, err := geo.ParseFence(g.ID, text, geo.Form{Repair: true})
		if err != nil {
			if g.Properties.Name != "Falls Church" {
				t.Error(err)
			}
			continue
		}
		fences, names[g.ID] = append(fences, f), g.Properties.Name
	}
	return fences, names
}
