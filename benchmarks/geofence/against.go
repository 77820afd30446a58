package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/tidwall/geojson"
	"github.com/tidwall/geojson/geometry"
	"github.com/tidwall/rtree"

	"github.com/odograph/odograph/pkg/geo"
)

// tile38Parts are the R-tree and the geometry that Tile38 is made of, as it puts
// them together for INTERSECTS, in this process: what it does at least.
func tile38Parts(fences []*geo.Fence) lookup {
	type item struct {
		fence *geo.Fence
		shape geojson.Object
	}
	var t rtree.RTreeG[*item]
	for _, f := range fences {
		shape, err := geojson.Parse(bareGeometry(f), geojson.DefaultParseOptions)
		if err != nil {
			panic(err) // it reads what is GeoJSON
		}
		r := shape.Rect()
		t.Insert([2]float64{r.Min.X, r.Min.Y}, [2]float64{r.Max.X, r.Max.Y}, &item{f, shape})
	}
	return func(dst []*geo.Fence, p geo.Point) []*geo.Fence {
		at := [2]float64{p.Lng, p.Lat}
		point := geojson.NewPoint(geometry.Point{X: p.Lng, Y: p.Lat})
		t.Search(at, at, func(_, _ [2]float64, i *item) bool {
			if i.shape.Intersects(point) {
				dst = append(dst, i.fence)
			}
			return true
		})
		return dst
	}
}

// bareGeometry is a fence's geometry in GeoJSON, without the feature around it.
func bareGeometry(f *geo.Fence) string {
	text, err := f.Shape.GeoJSON()
	var feature struct{ Geometry json.RawMessage }
	if err == nil {
		err = json.Unmarshal(text, &feature)
	}
	if err != nil {
		panic(err) // every fence has it
	}
	return string(feature.Geometry)
}

// againstTile38 measures on polygons, the one shape that both have in the same way:
// against the program, where there is one, and against what it is made of.
func againstTile38(given string, n, positions, rounds int) (err error) {
	these := []contender{contenders[0], contenders[1], {name: "Tile38's R-tree and geometry, called", build: tile38Parts, most: 1 << 20}}
	program, err := findTile38(given)
	if err != nil {
		return err
	}
	fmt.Printf("\n## Tile38: %d polygons of the same sizes\n\n", n)
	if program == "" {
		fmt.Print("Left out: tile38-server is not installed here (in PATH, or `TILE38_SERVER`, or `--tile38`). What it is made of is measured.\n\n")
	} else {
		t, err := startTile38(program)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, t.stop()) }()
		these = append(these, contender{name: "Tile38", build: t.build, most: 1 << 20, round: t.round})
		fmt.Printf("One connection to tile38-server %s asks INTERSECTS for %d positions at a time. Its processor time is that of all threads of the server; what asking and reading costs at our end does not count.\n\n", t.version(), pipelined)
	}
	return tile38Rows(these, n, positions, rounds)
}

func tile38Rows(these []contender, n, positions, rounds int) error {
	rng := rand.New(rand.NewPCG(5, 38))
	fences, err := polygons(n, rng)
	if err != nil {
		return err
	}
	at := make([]geo.Point, positions)
	for i := range at {
		at[i] = place(rng)
	}
	all, hits, err := compete(these, fences, at, rounds)
	if err != nil {
		return err
	}
	fmt.Print("| fences at a position | | ns of processor time a lookup | lookups a second and core | to ours |\n|---|---|---|---|---|\n")
	for _, r := range all {
		fmt.Printf("| %.2f | %s | %.0f | %.0f | %.1f |\n", hits, r.name, r.median(), 1e9/r.median(), r.median()/all[0].median())
	}
	return nil
}
