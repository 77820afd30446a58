// Command driving measures pkg/driving against recorded and made-up drives whose
// truth is known, and prints the tables of benchmarks/driving.md.
//
//	go run ./benchmarks/driving --data ../shared/data > benchmarks/driving.md
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
)

func main() {
	data := flag.String("data", os.Getenv("ODOGRAPH_DATA"), "folder of the recorded drives (default $ODOGRAPH_DATA)")
	flag.Parse()
	var out strings.Builder
	err := report(&out, *data)
	if err == nil {
		_, err = os.Stdout.WriteString(out.String())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "driving:", err)
		os.Exit(1)
	}
}

func report(w *strings.Builder, data string) error {
	fmt.Fprintf(w, "# Harsh driving, measured\n\n`go run ./benchmarks/driving --data DIR > benchmarks/driving.md`, %s, %s/%s. Every figure is a function of the recordings and the seeds: it is the same on any machine of this kind.\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	drives, err := readNDS(data)
	if err != nil {
		return err
	}
	drives.reportMethod(w)
	drives.reportCentral(w)
	drives.reportPositions(w)
	drives.reportLabels(w)
	drives.reportAlarms(w)
	for _, read := range []func(string) ([]recording, error){readCapmetro, readTwizy} {
		all, err := read(data)
		if err != nil {
			return err
		}
		reportFaults(w, all)
	}
	reportManoeuvres(w)
	reportPlatform(w)
	return nil
}
