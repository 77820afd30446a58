package fencing

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/odograph/odograph/pkg/geo"
)

// readWKT reads lines of an id, a tab or a semicolon, and WKT.
func (s *Set) readWKT(text []byte, file string, form *Form) error {
	n := 0
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		n++
		place := fmt.Sprintf("%s:%d", file, i+1)
		id, shape, ok := strings.Cut(line, "\t")
		if !ok {
			id, shape, ok = strings.Cut(line, ";")
		}
		if id = strings.TrimSpace(id); !ok || id == "" {
			s.refuse("", place, errors.New("want an id, a semicolon or a tab, and WKT, such as depot;POLYGON((13.3 52.5,13.4 52.5,13.4 52.6,13.3 52.5))"))
			continue
		}
		s.take(&raw{place: place, id: id, shape: func(f geo.Form) (geo.Shape, error) { return parseWKT(shape, f) }}, form)
	}
	if n == 0 {
		return errors.New("it has no fences: leave it out")
	}
	return nil
}

// parseWKT reads WKT, also with the number of its coordinate system before it.
func parseWKT(text string, form geo.Form) (geo.Shape, error) {
	text = strings.TrimSpace(text)
	if srid, rest, ok := strings.Cut(text, ";"); ok && len(srid) > 5 && strings.EqualFold(srid[:5], "SRID=") {
		if srid[5:] != "4326" {
			return geo.Shape{}, fmt.Errorf("its coordinates are in %s: transform them to WGS-84 longitude and latitude (4326)", srid)
		}
		text = strings.TrimSpace(rest)
	}
	if strings.TrimLeftFunc(text, unicode.IsLetter) == text {
		return geo.Shape{}, fmt.Errorf("%q is no WKT: want such as POLYGON((13.3 52.5,13.4 52.5,13.4 52.6,13.3 52.5)), longitude first", shortened([]byte(text)))
	}
	s, err := geo.ParseShape([]byte(text), form)
	if err == nil && s.Kind != geo.Polygon && form == (geo.Form{}) {
		err = fmt.Errorf("a %s needs a radius or a width, which a line of WKT has no place for: use YAML or GeoJSON", s.Kind)
	}
	return s, err
}
