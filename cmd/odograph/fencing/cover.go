package fencing

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// Limits of what is drawn.
const (
	FinestResolution = 12
	mostCells        = 20_000 // of all fences together, where the resolution is left to us,
	mostCellsOfOne   = 2_000  // of one of them,
	leastCellsOfOne  = 50     // and of each of very many
	mostCellsAsked   = 50_000 // of one where it is not
)

// Cover draws the fences and the H3 cells that cover them, as GeoJSON. resolution
// below 0 is the finest for each fence that has not too many cells. What cannot be
// drawn is left out and named.
func (s *Set) Cover(resolution int) (text []byte, skipped []string, err error) {
	features := []any{}
	for i := range s.Definitions {
		d := &s.Definitions[i]
		c, err := coverOf(d.Ready, resolution, max(leastCellsOfOne, min(mostCellsOfOne, mostCells/len(s.Definitions))))
		if err != nil {
			skipped = append(skipped, fmt.Sprintf("fence %q: %v: ask for a coarser --resolution", d.Fence.FenceID, err))
			continue
		}
		outline, err := outlineOf(&d.Fence)
		if err != nil {
			return nil, nil, err
		}
		features = append(features, outline)
		for _, cells := range []struct {
			at, fill string
			list     []schema.Cell
		}{{"inside", "#2e7d32", c.Inside}, {"edge", "#f9a825", c.Edge}} {
			for _, cell := range cells.list {
				ring, err := geo.CellRing(cell)
				if err != nil {
					return nil, nil, err
				}
				for i := range ring { // to a centimetre
					ring[i] = [2]float64{math.Round(ring[i][0]*1e7) / 1e7, math.Round(ring[i][1]*1e7) / 1e7}
				}
				id, err := cell.MarshalText()
				if err != nil {
					return nil, nil, err
				}
				features = append(features, geoFeature{"Feature", map[string]any{
					"fence_id": d.Fence.FenceID, "cell": string(id), "resolution": c.Resolution, "at": cells.at,
					"fill": cells.fill, "fill-opacity": 0.3, "stroke": cells.fill, "stroke-width": 1,
				}, geometry{"Polygon", [][][2]float64{ring}}})
			}
		}
	}
	text, err = json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
	return text, skipped, err
}

type geoFeature struct {
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
	Geometry   any            `json:"geometry"`
}

type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

func coverOf(f *geo.Fence, resolution, most int) (geo.Cover, error) {
	if resolution < 0 {
		return f.CoverWithin(FinestResolution, most)
	}
	return f.Cover(resolution, mostCellsAsked)
}

// outlineOf is the fence itself.
func outlineOf(f *schema.Fence) (geoFeature, error) {
	var shape struct {
		Properties map[string]any
		Geometry   json.RawMessage
	}
	if err := json.Unmarshal(f.GeoJSON, &shape); err != nil {
		return geoFeature{}, err
	}
	out := geoFeature{"Feature", map[string]any{"fence_id": f.FenceID, "name": f.Name, "stroke": "#c62828", "stroke-width": 2, "fill-opacity": 0}, shape.Geometry}
	for key, value := range shape.Properties {
		out.Properties[key] = value
	}
	return out, nil
}
