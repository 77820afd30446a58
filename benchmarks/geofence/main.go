// Command geofence measures which fences contain a position: the index of pkg/geo
// against an R-tree with exact test, H3 cells, brute force and Tile38, on the same
// fences and positions, in turn, with all answers compared. It prints
// benchmarks/geofence.md.
//
//	go run ./benchmarks/geofence --data ../shared/data > benchmarks/geofence.md
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/odograph/odograph/pkg/geo"
)

func main() {
	data := flag.String("data", os.Getenv("ODOGRAPH_DATA"), "folder of the recorded fences (default $ODOGRAPH_DATA)")
	counts := flag.String("fences", "100,10000,100000", "numbers of made-up fences")
	positions := flag.Int("positions", 50_000, "positions a round")
	rounds := flag.Int("rounds", 7, "rounds; the median counts")
	tile38 := flag.String("tile38", os.Getenv("TILE38_SERVER"), "path of tile38-server (default $TILE38_SERVER, else as PATH has it)")
	without := flag.String("without", "", "contenders to leave out, by the beginnings of their names")
	flag.Parse()
	runtime.LockOSThread() // cpu is this thread's
	for _, name := range strings.Split(*without, ",") {
		contenders = slices.DeleteFunc(contenders, func(c contender) bool { return name != "" && strings.HasPrefix(c.name, name) })
	}
	if err := report(*data, *counts, *tile38, *positions, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "geofence:", err)
		os.Exit(1)
	}
}

func report(data, counts, tile38 string, positions, rounds int) error {
	fmt.Printf("# Geofence lookups, measured\n\n`go run ./benchmarks/geofence --data DIR > benchmarks/geofence.md`, %s, %s/%s, one goroutine. Positions are the same for all and lie anywhere in the area; contenders answer them in turn, %d rounds, the median counts; before that all their answers were compared (brute force's on 500): none differed. Times are the thread's on the processor, so that the machine's other work counts less; they depend on the machine, ratios hardly. Building counts without the collector's other threads.\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, rounds)
	fmt.Print("\n## Made-up fences in 100 by 100 km, 0.3 to 2.4 km in radius\n\n| fences | fences at a position | | ns a lookup | to ours | built in s | MB beside the fences |\n|---|---|---|---|---|---|---|\n")
	var changed, asked strings.Builder
	for _, text := range strings.Split(counts, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		rng := rand.New(rand.NewPCG(5, uint64(n)))
		fences, err := madeUp(n, rng)
		if err != nil {
			return err
		}
		at := make([]geo.Point, positions)
		for i := range at {
			at[i] = place(rng)
		}
		if err := rows("", fences, at, rounds, func(name string) bool { return n > 10_000 && strings.HasPrefix(name, "H3") }); err != nil {
			return err
		}
		took := steps(geo.NewIndex(fences...), at, rounds)
		fmt.Fprintf(&asked, "| %d | %.0f | %.0f |\n", n, took.at, took.across)
		medianMS, longestMS, err := changes(fences, rng)
		if err != nil {
			return err
		}
		fmt.Fprintf(&changed, "| %d | %.2f | %.2f |\n", n, medianMS, longestMS)
	}
	fmt.Printf("\nWhy the index is a tree of cells that nest, and not of H3's: H3's cells of two resolutions do not nest, so that fences of different sizes cost a cell and a look-up in a map of their own each, here three. The cells are not what is slow: those of three resolutions, by pkg/h3, are computed in %.0f ns. The maps are, for each look-up is a way to memory, and the lists there are as long where edges are many as elsewhere, while a cell of the tree is cut until few are left in it. H3 cells are left out at 100,000, where their covers alone take minutes.\n", threeCells(rounds))
	fmt.Printf("\n## Edges and ways\n\nns a question to our index: which fences contain a position, and of which a straight way of some 480 m is partly inside, from where to where.\n\n| fences | at a position | across |\n|---|---|---|\n%s", asked.String())
	fmt.Printf("\n## One fence changed\n\nA fence is put in the place of another, 200 times, each time in the index that the last change gave.\n\n| fences | median ms | longest ms |\n|---|---|---|\n%s", changed.String())
	if err := againstTile38(tile38, 10_000, positions, rounds); err != nil {
		return err
	}
	return recorded(data, positions, rounds)
}

func rows(label string, fences []*geo.Fence, at []geo.Point, rounds int, skip func(string) bool) error {
	these := slices.DeleteFunc(slices.Clone(contenders), func(c contender) bool { return skip(c.name) })
	all, hits, err := compete(these, fences, at, rounds)
	if err != nil {
		return err
	}
	for _, r := range all {
		fmt.Printf("%s| %d | %.2f | %s | %.0f | %.1f | %.2f | %.1f |\n", label, len(fences), hits, r.name, r.median(), r.median()/all[0].median(), r.buildS, r.memoryMB)
	}
	return nil
}
