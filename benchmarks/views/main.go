// Command views measures the questions that analysts and dashboards ask, on a
// database that is filled: time, rows and bytes read, cold and warm. It prints
// benchmarks/views.md.
//
//	go run ./benchmarks/views --dsn clickhouse://default@127.0.0.1:9000/fleet > benchmarks/views.md
//
// With --fill it fills an empty database first from a table of fixes, as
// benchmarks/storage makes one (its columns need not be all of those of fixes),
// and moves the times by whole days so that they end within the last one.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

type config struct {
	dsn, fill string
	rounds    int
	copies    int
}

func main() {
	var cfg config
	flag.StringVar(&cfg.dsn, "dsn", "clickhouse://default@127.0.0.1:9000/fleet", "a filled database, as a user who may drop caches")
	flag.StringVar(&cfg.fill, "fill", "", "fill the database, if it is empty, from this table, such as fleet_storage.source or remote('HOST:PORT', 'fleet_storage.source')")
	flag.IntVar(&cfg.copies, "copies", 1, "how often to fill it from there, each time for other devices")
	flag.IntVar(&cfg.rounds, "rounds", 5, "rounds; the median counts")
	flag.Parse()
	if err := interruptible(&cfg); err != nil {
		fmt.Fprintln(os.Stderr, "views:", err)
		os.Exit(1)
	}
}

func interruptible(cfg *config) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return run(ctx, cfg)
}
