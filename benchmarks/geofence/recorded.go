package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/odograph/odograph/pkg/geo"
)

// recorded measures fences of cities and counties, where data has them.
func recorded(data string, positions, rounds int) error {
	fmt.Print("\n## Real fences\n\nPositions anywhere in the rectangle around all of them.\n\n| | fences | fences at a position | | ns a lookup | to ours | built in s | MB beside the fences |\n|---|---|---|---|---|---|---|---|\n")
	for _, set := range []struct{ name, path string }{
		{"taxi zones of New York, 98,192 vertices", "nyc_taxi_zones/taxi_zones.geojson.gz"},
		{"neighbourhoods of Curitiba", "ndsbr_curitiba/neighbourhoods.geojson"},
		{"counties of Nebraska and Iowa", "us_atlas/ne_ia_counties.geojson"},
	} {
		fences, err := read(os.DirFS(data), set.path)
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(os.Stderr, "geofence: %s is left out: %v\n", set.name, err)
			continue
		}
		if err != nil {
			return err
		}
		if err := rows("| "+set.name+" ", fences, around(fences, positions), rounds, func(name string) bool { return strings.HasPrefix(name, "H3") }); err != nil {
			return err
		}
	}
	return nil
}

func around(fences []*geo.Fence, n int) []geo.Point {
	south, west, north, east := fences[0].Bounds()
	for _, f := range fences {
		s, w, n, e := f.Bounds()
		south, west, north, east = min(south, s), min(west, w), max(north, n), max(east, e)
	}
	rng := rand.New(rand.NewPCG(5, 9))
	at := make([]geo.Point, n)
	for i := range at {
		at[i] = geo.Point{Lat: south + rng.Float64()*(north-south), Lng: west + rng.Float64()*(east-west)}
	}
	return at
}

func read(data fs.FS, path string) ([]*geo.Fence, error) {
	file, err := data.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var r io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return nil, err
		}
	}
	var c struct{ Features []json.RawMessage }
	if err := json.NewDecoder(r).Decode(&c); err != nil {
		return nil, err
	}
	fences := make([]*geo.Fence, len(c.Features))
	for i, text := range c.Features {
		if fences[i], err = geo.ParseFence(strconv.Itoa(i), text, geo.Form{}); err != nil {
			return nil, err
		}
	}
	return fences, nil
}
