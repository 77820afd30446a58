package fencing

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// A settled feature is a fence as a file of GeoJSON has it.
type settled struct {
	FenceID       string                `json:"fence_id"`
	Name          string                `json:"name,omitzero"`
	RadiusM       float64               `json:"radius_m,omitzero"`
	WidthM        float64               `json:"width_m,omitzero"`
	IMEIs         []string              `json:"imeis,omitzero"`
	Groups        []string              `json:"groups,omitzero"`
	Tell          []string              `json:"tell,omitzero"`
	DwellS        []int64               `json:"dwell_s,omitzero"`
	Enter         *schema.FenceEnter    `json:"enter,omitzero"`
	Exit          *schema.FenceExit     `json:"exit,omitzero"`
	Schedule      *schema.FenceSchedule `json:"schedule,omitzero"`
	SpeedLimitKMH schema.Opt[float64]   `json:"speed_limit_kmh,omitzero"`

	Version   int64                 `json:"version,omitzero"`
	ValidFrom schema.Opt[time.Time] `json:"valid_from,omitzero"`
}

// settledOf is a fence's properties and its geometry.
func settledOf(f *schema.Fence) (settled, json.RawMessage, error) {
	var shape struct {
		Type       string
		Properties struct {
			RadiusM float64 `json:"radius_m"`
			Radius  float64 `json:"radius"`
			WidthM  float64 `json:"width_m"`
			Width   float64 `json:"width"`
		}
		Geometry json.RawMessage
	}
	if err := json.Unmarshal(f.GeoJSON, &shape); err != nil {
		return settled{}, nil, fmt.Errorf("fence %q: its shape cannot be read: %w", f.FenceID, err)
	}
	if shape.Type != "Feature" {
		shape.Geometry = json.RawMessage(f.GeoJSON)
	}
	p := &shape.Properties
	return settled{
		FenceID: f.FenceID, Name: f.Name, RadiusM: max(p.RadiusM, p.Radius), WidthM: max(p.WidthM, p.Width),
		IMEIs: f.IMEIs, Groups: f.Groups, Tell: f.Tell, DwellS: f.DwellS, Enter: f.Enter, Exit: f.Exit,
		Schedule: f.Schedule, SpeedLimitKMH: f.SpeedLimitKMH, Version: f.Version, ValidFrom: f.ValidFrom,
	}, shape.Geometry, nil
}

// WriteGeoJSON writes fences as a file that Read reads, a line each.
func WriteGeoJSON(out io.Writer, list []*schema.Fence) error {
	w := printer{out: out}
	w.line(`{"type":"FeatureCollection","features":[`)
	for i, f := range list {
		properties, geometry, err := settledOf(f)
		if err != nil {
			return err
		}
		line, err := json.Marshal(struct {
			Type       string          `json:"type"`
			Properties settled         `json:"properties"`
			Geometry   json.RawMessage `json:"geometry"`
		}{"Feature", properties, geometry})
		if err != nil {
			return err
		}
		comma := ","
		if i == len(list)-1 {
			comma = ""
		}
		w.line("%s%s", line, comma)
	}
	w.line("]}")
	return w.err
}

// WriteYAML writes one fence as an entry of a file that Read reads, with what is
// known beside it as comments.
func WriteYAML(out io.Writer, s *State) error {
	w := printer{out: out}
	f := &s.Fence
	w.line("# version %d, %s, defined %s", f.Version, validFrom(f), stamp(s.Defined))
	if f.Deleted {
		w.line("# %s is deleted", f.FenceID)
		return w.err
	}
	if ready, err := Ready(f); err != nil {
		w.line("# enrichers cannot use it: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	} else {
		south, west, north, east := ready.Bounds()
		w.line("# %s, %s; latitude %.5f to %.5f, longitude %.5f to %.5f", measured(ready), forWhom(f), south, north, west, east)
	}
	properties, shape, err := settledOf(f)
	if err != nil {
		return err
	}
	form := map[string]any{"geojson": shape}
	if properties.RadiusM > 0 {
		form["radius_m"] = properties.RadiusM
	}
	if properties.WidthM > 0 {
		form["width_m"] = properties.WidthM
	}
	properties.RadiusM, properties.WidthM, properties.Version, properties.ValidFrom = 0, 0, 0, schema.Opt[time.Time]{}
	b, err := json.Marshal(properties)
	if err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	w.line("- fence_id: %s", members["fence_id"]) // JSON is YAML
	for _, key := range settingTable {
		if value, ok := members[key.key]; ok && key.key != "fence_id" {
			w.line("  %s: %s", key.key, value)
		}
	}
	if b, err = json.Marshal(form); err != nil {
		return err
	}
	w.line("  shape: %s", b)
	return w.err
}

// shapeOf is the shape of a fence of the topic.
func shapeOf(f *schema.Fence) (geo.Shape, error) {
	s, err := geo.ParseShape(f.GeoJSON, geo.Form{})
	if err != nil {
		return s, fmt.Errorf("fence %q: its shape cannot be read: %w", f.FenceID, err)
	}
	return s, nil
}

// WriteWKT writes fences as lines of an id, a tab and WKT. WKT has no circles and
// corridors; these are refused by name, and so is every setting lost.
func WriteWKT(out io.Writer, list []*schema.Fence) (refused []error, err error) {
	w := printer{out: out}
	for _, f := range list {
		s, err := shapeOf(f)
		if err == nil && s.Kind != geo.Polygon {
			err = fmt.Errorf("fence %q: a %s has no WKT: export it as geojson", f.FenceID, s.Kind)
		}
		if err != nil {
			refused = append(refused, err)
			continue
		}
		w.line("%s\t%s", f.FenceID, wkt(&s))
	}
	return refused, w.err
}

func wkt(s *geo.Shape) string {
	all := make([]string, len(s.Polygons))
	for i, rings := range s.Polygons {
		texts := make([]string, len(rings))
		for r, ring := range rings {
			points := make([]string, len(ring))
			for v, p := range ring {
				points[v] = degrees(p.Lng) + " " + degrees(p.Lat)
			}
			texts[r] = "(" + strings.Join(points, ",") + ")"
		}
		all[i] = "(" + strings.Join(texts, ",") + ")"
	}
	if len(all) == 1 {
		return "POLYGON" + all[0]
	}
	return "MULTIPOLYGON(" + strings.Join(all, ",") + ")"
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// WritePlatform writes fences as lines of an id, a tab, the platform's text of the
// shape, a tab and a radius in metres (0 of a polygon). What the platform has no
// form for is refused by name.
func WritePlatform(out io.Writer, list []*schema.Fence) (refused []error, err error) {
	w := printer{out: out}
	for _, f := range list {
		s, err := shapeOf(f)
		var text string
		var radiusM int
		if err == nil {
			if text, radiusM, err = s.Platform(); err != nil {
				err = fmt.Errorf("fence %q: %w", f.FenceID, err)
			}
		}
		if err != nil {
			refused = append(refused, err)
			continue
		}
		w.line("%s\t%s\t%d", f.FenceID, text, radiusM)
	}
	return refused, w.err
}
