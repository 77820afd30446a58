// Trips measures pkg/trip on recorded drives and prints the result as markdown:
//
//	go run ./benchmarks/trips > benchmarks/trips.md
//
// The recordings are in ODOGRAPH_DATA (default ../shared/data); each has a
// README that says where it is from and what is in it.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	var out strings.Builder
	err := report(&out, dataDir())
	if err == nil {
		_, err = os.Stdout.WriteString(out.String())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "trips:", err)
		os.Exit(1)
	}
}

func dataDir() string {
	if dir := os.Getenv("ODOGRAPH_DATA"); dir != "" {
		return dir
	}
	return "../shared/data"
}
