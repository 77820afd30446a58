package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

// run does the wanted parts, of which each prints its own.
func run(ctx context.Context, cfg *config) error {
	s, err := connect(ctx, cfg.dsn, cfg.database)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		do   func(context.Context, *server, *config) error
	}{{"head", headPart}, {"columns", columnsPart}, {"designs", designsPart}, {"whole", wholePart}, {"recorded", recordedPart}} {
		if cfg.only == "" || strings.Contains(","+cfg.only+",", ","+part.name+",") {
			if err := part.do(ctx, s, cfg); err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	return nil
}

func headPart(ctx context.Context, s *server, cfg *config) error {
	var version string
	if err := s.conn.QueryRow(ctx, "SELECT version()").Scan(&version); err != nil {
		return err
	}
	_, err := fmt.Printf(head, version, cfg.fixes/cfg.share, cfg.devices/cfg.share, cfg.part)
	return err
}

const head = `# How fixes are stored, measured

` + "`make bench-storage`" + `, ClickHouse %s. It makes its fixes once, keeps them between runs, and takes hours on two processors; ` + "`go run ./benchmarks/storage --only columns`" + ` (designs, whole, recorded) does one part.

**The fixes.** The vehicles of ` + "`internal/simulate`" + ` (streets, lights, acceleration, bends) in 24 cities, with working hours and Sundays; trackers report every 1, 10, 30 or 60 s while the ignition is on (4, 50, 31 and 15 %% of the devices), at turns of 30°, when it is switched, and every 5 minutes when parked. The receiver's error wanders (2.5 m within a minute) with a white part of 0.12 m; coordinates have 6 decimals, speeds and headings are whole. Fixes travel: a device's own delay, the platform's ticks of 0.5 s, 4 %% by a poll of 30 s without height and flags, outages of up to an hour about every 30 hours, uploaded afterwards. They get their place in one of 12 partitions and the time of the sink's batch in the order in which they come, and are inserted in it. No two rows are copies.

**The sample** is %d fixes of %d such devices over some weeks; columns are measured on every %dth of its devices, tables side by side on all of it, in turn, and answers are compared: all tables give the same, but for e6, which loses digits. Queries run as the reader's do, with ` + "`final = 1`" + `, on tables that are merged to one part a partition. Times are the processors', since the machine has other work; rows and bytes are those of ` + "`system.query_log`" + `.

**Chosen** are other codecs of nine columns of what was there, which a migration can give to stored rows without a copy. Coordinates take GCD and Delta: devices send 6 decimals, which GCD takes out of 1e-7° without losing the seventh where there is one; DoubleDelta is smaller on tracks of 1 Hz only, and slower to read. H3 cells need no Delta, since a device sees the same cells again. Not chosen: times as what lies between them (lags) would save 1.5 bytes and reach four times smaller than naive, but ` + "`received_time`" + ` could then not be inserted under its name, and an upgrade would rewrite every row while older sinks still write; cells that are worked out when read (no-cells) cost far more than they save; 1e-6° loses digits; ALP is experimental; a projection by time doubles the table; days as partitions cost a quarter for a day of the fleet, but more than double the latest fix of a device, by 31 of them, and every insert with late fixes becomes as many parts as it has days; days at the front of the key cost more in nearly all; a finer index costs nothing and gains little. Devices as LowCardinality would take a fifth from what the fleet's days cost: worth a step of its own.
`

func columnsPart(ctx context.Context, s *server, cfg *config) error {
	if err := prepare(ctx, s, "sample", cfg.fixes/cfg.share, cfg.devices/cfg.share); err != nil {
		return err
	}
	return codecs(ctx, s, cfg, os.Stdout)
}

func designsPart(ctx context.Context, s *server, cfg *config) error {
	if err := prepare(ctx, s, "sample", cfg.fixes/cfg.share, cfg.devices/cfg.share); err != nil {
		return err
	}
	fmt.Printf("\n## Tables side by side\n")
	return compare(ctx, s, cfg, designs(), "sample", "sample", os.Stdout)
}

// wholePart builds few designs of all fixes.
func wholePart(ctx context.Context, s *server, cfg *config) error {
	if err := prepare(ctx, s, "source", cfg.fixes, cfg.devices); err != nil {
		return err
	}
	var whole []design
	for _, d := range designs() {
		if slices.Contains(strings.Split(cfg.whole, ","), d.name) {
			whole = append(whole, d)
		}
	}
	fmt.Printf("\n## All fixes\n\n%d fixes of %d devices.\n", cfg.fixes, cfg.devices)
	return compare(ctx, s, cfg, whole, "source", "source", os.Stdout)
}
