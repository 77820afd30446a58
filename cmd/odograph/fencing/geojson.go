package fencing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/odograph/odograph/pkg/geo"
)

// readGeoJSON reads a FeatureCollection or a Feature.
func (s *Set) readGeoJSON(text []byte, file string, form *Form) error {
	var top struct {
		Type     string
		Features []json.RawMessage
		CRS      *struct {
			Properties struct{ Name string }
		} `json:"crs"`
	}
	if err := json.Unmarshal(text, &top); err != nil {
		return fmt.Errorf("no GeoJSON: %w", placed(text, err))
	}
	if top.CRS != nil && !strings.Contains(top.CRS.Properties.Name, "CRS84") && !strings.HasSuffix(top.CRS.Properties.Name, "4326") {
		return fmt.Errorf("its coordinates are in %q: transform them to WGS-84 longitude and latitude (EPSG:4326), which is what GeoJSON is", top.CRS.Properties.Name)
	}
	switch top.Type {
	case "FeatureCollection":
	case "Feature":
		top.Features = []json.RawMessage{text}
	case "Topology":
		return errors.New("this is TopoJSON: convert it to GeoJSON")
	case "":
		return errors.New("no GeoJSON: it has no type")
	default:
		return fmt.Errorf("a %s by itself has no id: make it the geometry of a Feature", top.Type)
	}
	if len(top.Features) == 0 {
		return errors.New("it has no features: leave it out")
	}
	features := make([]feature, len(top.Features))
	for i, text := range top.Features {
		f := &features[i]
		f.place = fmt.Sprintf("%s, feature %d", file, i+1)
		if err := json.Unmarshal(text, f); err != nil {
			s.refuse("", f.place, fmt.Errorf("no feature: %w", err))
			f.bad = true
		}
	}
	for i := range features {
		if !features[i].bad {
			s.feature(&features[i], features, form)
		}
	}
	return nil
}

// placed adds the line to an error of the JSON reader.
func placed(text []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("line %d: %w", 1+bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n")), err)
	}
	return err
}

type feature struct {
	Type       string                     `json:"type"`
	ID         json.RawMessage            `json:"id"`
	Properties map[string]json.RawMessage `json:"properties"`
	Geometry   json.RawMessage            `json:"geometry"`

	place string
	bad   bool
}

func (s *Set) feature(f *feature, all []feature, form *Form) {
	properties := map[string][]byte{}
	for key, value := range f.Properties {
		properties[key] = value
	}
	r := &raw{place: f.place, shape: f.shape}
	if form.IDProperty != "" && form.IDProperty != "fence_id" {
		delete(properties, "fence_id")
		f.ID = nil
	}
	err := errors.Join(
		rename(properties, form.IDProperty, "fence_id"), rename(properties, form.NameProperty, "name"),
		rename(properties, "radius", "radius_m"), rename(properties, "width", "width_m"))
	for _, used := range []string{form.IDProperty, form.NameProperty, "radius", "width"} { // one may be both id and name
		if settingOf(used) == nil {
			delete(properties, used)
		}
	}
	if err == nil {
		r.settings, err = s.sortOut(properties, form)
	}
	if len(f.ID) > 0 && string(f.ID) != "null" {
		err = errors.Join(err, textOf(f.ID, &r.id))
	}
	if id := properties["fence_id"]; r.id == "" && (len(id) == 0 || string(id) == "null" || string(id) == `""`) {
		err = errors.Join(err, errors.New("it has no id: "+idAdvice(all, form)))
	}
	if err != nil {
		s.refuse(r.id, r.place, err)
		return
	}
	s.take(r, form)
}

// rename lets a property stand for a setting. Where the operator says which
// property that is, it is the one that holds.
func rename(properties map[string][]byte, from, to string) error {
	value, ok := properties[from]
	if !ok || from == to {
		return nil
	}
	if _, twice := properties[to]; twice && (from == "radius" || from == "width") {
		return fmt.Errorf("it has %s and %s: leave one out", from, to)
	}
	properties[to] = value
	return nil
}

// idAdvice says how features can get ids: by the properties that all of them have
// and that differ from one to the next.
func idAdvice(all []feature, form *Form) string {
	if form.IDProperty != "" {
		return "its property " + form.IDProperty + " is empty or not there"
	}
	var fit []string
	for key := range all[0].Properties {
		seen := map[string]bool{}
		for i := range all {
			var text string
			if value := all[i].Properties[key]; len(value) > 0 && string(value) != "null" && textOf(value, &text) == nil && text != "" {
				seen[text] = true
			}
		}
		if len(seen) == len(all) {
			fit = append(fit, key)
		}
	}
	slices.Sort(fit)
	const most = 5
	if len(fit) == 0 || len(all) == 1 {
		return "give the feature an id, or the property fence_id"
	}
	return "give the feature an id or the property fence_id, or take another property by --id-property; it differs from feature to feature in " + strings.Join(fit[:min(len(fit), most)], ", ")
}

func (f *feature) shape(form geo.Form) (geo.Shape, error) {
	if f.Type != "Feature" {
		return geo.Shape{}, fmt.Errorf("its type is %q: want Feature", f.Type)
	}
	if len(f.Geometry) == 0 || string(f.Geometry) == "null" {
		return geo.Shape{}, errors.New("it has no geometry")
	}
	return geo.ParseShape(f.Geometry, form)
}
