package fencing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/odograph/odograph/pkg/geo"
	"github.com/odograph/odograph/pkg/schema"
)

// readYAML reads a list of fences.
func (s *Set) readYAML(text []byte, file string, form *Form) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		if err := d.Decode(&doc); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("no YAML: %w", err)
		}
		if len(doc.Content) == 0 {
			continue
		}
		list := doc.Content[0]
		if list.Kind != yaml.SequenceNode {
			return fmt.Errorf("line %d: want a list of fences, each beginning with \"- fence_id:\"", list.Line)
		}
		for _, node := range list.Content {
			s.yamlFence(node, fmt.Sprintf("%s:%d", file, node.Line), form)
		}
	}
}

func (s *Set) yamlFence(node *yaml.Node, place string, form *Form) {
	c := converter{left: mostNodes}
	members, err := c.members(node)
	r := &raw{place: place, settings: members}
	if err == nil {
		_ = textOf(members["fence_id"], &r.id)
		shape, ok := members["shape"]
		delete(members, "shape")
		r.shape = func(f geo.Form) (geo.Shape, error) { return yamlShape(shape, f) }
		if !ok {
			err = errors.New("it has no shape: give shape with one of " + shapeForms)
		}
		for key := range maps.Keys(members) {
			switch {
			case slices.Contains(form.Ignore, key) || slices.Contains(written, key):
				delete(members, key)
			case settingOf(key) == nil:
				err = errors.Join(err, fmt.Errorf("%q is no setting: want shape, %s", key, settingNames()))
			}
		}
		if r.id == "" {
			err = errors.Join(err, errors.New("it has no fence_id: give one"))
		}
	}
	if err != nil {
		s.refuse(r.id, place, err)
		return
	}
	s.take(r, form)
}

const shapeForms = "geojson, wkt, platform, circle, corridor"

// yamlShape reads the member shape, as JSON.
func yamlShape(text []byte, form geo.Form) (geo.Shape, error) {
	var s struct {
		GeoJSON  json.RawMessage `json:"geojson"`
		WKT      string          `json:"wkt"`
		Platform string          `json:"platform"`
		Circle   *struct {
			Lat     *float64 `json:"lat"`
			Lng     *float64 `json:"lng"`
			RadiusM *float64 `json:"radius_m"`
		} `json:"circle"`
		Corridor *struct {
			WidthM *float64     `json:"width_m"`
			Points [][2]float64 `json:"points"`
		} `json:"corridor"`
		RadiusM float64 `json:"radius_m"`
		WidthM  float64 `json:"width_m"`
	}
	if err := strictly(text, &s); err != nil {
		return geo.Shape{}, fmt.Errorf("shape is %s: want one of %s, with what belongs to it%s", shortened(text), shapeForms, unknownField(err))
	}
	given := 0
	for _, there := range []bool{len(s.GeoJSON) > 0, s.WKT != "", s.Platform != "", s.Circle != nil, s.Corridor != nil} {
		if there {
			given++
		}
	}
	if given != 1 {
		return geo.Shape{}, fmt.Errorf("shape has %d forms: want one of %s", given, shapeForms)
	}
	if s.RadiusM != 0 {
		form.RadiusM = s.RadiusM
	}
	if s.WidthM != 0 {
		form.WidthM = s.WidthM
	}
	switch {
	case s.Circle != nil:
		c := s.Circle
		if c.Lat == nil || c.Lng == nil || c.RadiusM == nil {
			return geo.Shape{}, errors.New("shape.circle wants lat, lng and radius_m")
		}
		return geo.CircleOf(geo.Point{Lat: *c.Lat, Lng: *c.Lng}, *c.RadiusM), nil
	case s.Corridor != nil:
		if s.Corridor.WidthM == nil {
			return geo.Shape{}, errors.New("shape.corridor wants width_m and points, a list of [lat, lng]")
		}
		line := make([]geo.Point, len(s.Corridor.Points))
		for i, p := range s.Corridor.Points {
			line[i] = geo.Point{Lat: p[0], Lng: p[1]}
		}
		return geo.CorridorOf(*s.Corridor.WidthM, line...), nil
	case s.Platform != "":
		return geo.ParsePlatform(s.Platform, form.RadiusM)
	case s.WKT != "":
		return parseWKT(s.WKT, form)
	}
	if s.GeoJSON[0] == '"' { // as a text
		var text string
		if err := json.Unmarshal(s.GeoJSON, &text); err != nil {
			return geo.Shape{}, err
		}
		s.GeoJSON = json.RawMessage(strings.TrimSpace(text))
	}
	if len(s.GeoJSON) == 0 || s.GeoJSON[0] != '{' {
		return geo.Shape{}, errors.New("shape.geojson is no object")
	}
	return geo.ParseShape(s.GeoJSON, form)
}

// A converter makes JSON of YAML and leaves scalars as they are written: a device's
// number may begin with 0.
type converter struct{ left int }

// mostNodes of a fence: three for each vertex, and some.
const (
	mostNodes = 4*geo.MaxVertices + 100_000
	deepest   = 50
	mostBytes = 4 * schema.MaxRecordBytes
)

func (c *converter) members(node *yaml.Node) (map[string][]byte, error) {
	text, err := c.json(nil, node, 0)
	if err != nil {
		return nil, err
	}
	if text[0] != '{' {
		return nil, errors.New("want a fence, such as {fence_id: depot, shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 200}}}")
	}
	var raws map[string]json.RawMessage
	if err := json.Unmarshal(text, &raws); err != nil {
		return nil, err
	}
	out := make(map[string][]byte, len(raws))
	for key, value := range raws {
		out[key] = value
	}
	return out, nil
}

func (c *converter) json(dst []byte, node *yaml.Node, depth int) ([]byte, error) {
	if c.left--; c.left < 0 || depth > deepest || len(dst) > mostBytes {
		return nil, fmt.Errorf("line %d: too much for a fence", node.Line)
	}
	var err error
	switch node.Kind {
	case yaml.AliasNode:
		return c.json(dst, node.Alias, depth+1)
	case yaml.ScalarNode:
		return scalar(dst, node)
	case yaml.SequenceNode:
		dst = append(dst, '[')
		for i, n := range node.Content {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = c.json(dst, n, depth+1); err != nil {
				return nil, err
			}
		}
		return append(dst, ']'), nil
	case yaml.MappingNode:
		return c.mapping(dst, node, depth)
	}
	return nil, fmt.Errorf("line %d: neither text nor list nor keys", node.Line)
}

func (c *converter) mapping(dst []byte, node *yaml.Node, depth int) ([]byte, error) {
	seen := map[string]bool{}
	dst = append(dst, '{')
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: a key that is no text", key.Line)
		}
		if seen[key.Value] {
			return nil, fmt.Errorf("line %d: %s is there twice", key.Line, key.Value)
		}
		seen[key.Value] = true
		if i > 0 {
			dst = append(dst, ',')
		}
		name, err := json.Marshal(key.Value)
		if err != nil {
			return nil, err
		}
		dst = append(append(dst, name...), ':')
		if dst, err = c.json(dst, node.Content[i+1], depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func scalar(dst []byte, node *yaml.Node) ([]byte, error) {
	switch node.ShortTag() {
	case "!!null":
		return append(dst, "null"...), nil
	case "!!int", "!!float":
		var n json.Number
		if json.Unmarshal([]byte(node.Value), &n) == nil && n.String() == node.Value {
			return append(dst, node.Value...), nil
		}
	case "!!bool":
		var yes bool
		if err := node.Decode(&yes); err == nil {
			return fmt.Append(dst, yes), nil
		}
	}
	text, err := json.Marshal(node.Value)
	return append(dst, text...), err
}
