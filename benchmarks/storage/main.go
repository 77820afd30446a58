// Command storage measures how fixes are best stored: a fleet's fixes are made
// once, in the order in which a sink would insert them, and copied into tables of
// different types, codecs, order keys and partitions. It prints
// benchmarks/storage.md.
//
//	go run ./benchmarks/storage --dsn clickhouse://default@127.0.0.1:9000/fleet > benchmarks/storage.md
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	var cfg config
	flag.StringVar(&cfg.dsn, "dsn", "clickhouse://default@127.0.0.1:9000/fleet", "a ClickHouse of your own, as a user who may create databases")
	flag.StringVar(&cfg.database, "database", "fleet_storage", "database that is made for the measurement")
	flag.StringVar(&cfg.data, "data", os.Getenv("ODOGRAPH_DATA"), "folder of recorded drives (default $ODOGRAPH_DATA)")
	flag.IntVar(&cfg.fixes, "fixes", 200_000_000, "fixes to make")
	flag.IntVar(&cfg.devices, "devices", 3000, "devices that they come from")
	flag.IntVar(&cfg.share, "share", 10, "every how many devices the alternatives are built of")
	flag.IntVar(&cfg.rounds, "rounds", 5, "rounds; the median counts")
	flag.IntVar(&cfg.part, "part", 4, "every how many devices of these the columns are measured with")
	flag.StringVar(&cfg.whole, "whole", "naive,first,chosen", "designs that are built of all fixes")
	flag.BoolVar(&cfg.keep, "keep", false, "keep the tables of all fixes, and take those that an earlier run kept")
	flag.StringVar(&cfg.only, "only", "", "parts to run: columns, designs, whole, recorded (default all)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, &cfg)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "storage:", err)
		os.Exit(1)
	}
}

type config struct {
	dsn, database, data, only, whole string
	fixes, devices, share, part      int
	rounds                           int
	keep                             bool
}
