package main

import (
	"context"
	"fmt"
	"os"
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
	}{{"columns", columnsPart}, {"designs", designsPart}, {"whole", wholePart}} {
		if cfg.only == "" || strings.Contains(","+cfg.only+",", ","+part.name+",") {
			if err := part.do(ctx, s, cfg); err != nil {
				return fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	return nil
}

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
	fmt.Printf("\n## Whole tables, of a tenth of the devices\n")
	return compare(ctx, s, cfg, designs(), "sample", []string{"sample"}, os.Stdout)
}

// wholePart takes the made fixes and a twin of each: another device elsewhere
// that does the same a little later.
func wholePart(ctx context.Context, s *server, cfg *config) error {
	if err := prepare(ctx, s, "source", cfg.fixes/2, cfg.devices); err != nil {
		return err
	}
	var whole []design
	for _, d := range designs() {
		if d.name == "naive" || d.name == "first" || d.chosen {
			whole = append(whole, d)
		}
	}
	fmt.Printf("\n## All fixes\n")
	return compare(ctx, s, cfg, whole, "source", []string{"source", twins}, os.Stdout)
}

// twins are rows of the source with times, positions and numbers of their own.
// Their cells are the first's, which costs as much to keep as their own would.
const twins = `(WITH sipHash64(imei) % 3600 AS later, toInt32(sipHash64(imei) % 40000 - 20000) * 1000 AS aside, toInt32(sipHash64(raw_offset) % 5 - 2) * 10 AS noise
	SELECT concat('87', substring(imei, 3)) AS imei, fix_time + later AS fix_time, addMilliseconds(received_time, later * 1000 + raw_offset % 7) AS received_time,
	addMilliseconds(inserted_time, later * 1000 + raw_offset % 7) AS inserted_time, gate_time + later AS gate_time, source, account, pos_type,
	lat_e7 + intDiv(aside, 20) + noise AS lat_e7, lng_e7 + aside - noise AS lng_e7, lat_e7 / 1e7 AS lat, lng_e7 / 1e7 AS lng, speed_kmh, heading_deg, satellites, acc, altitude_m + 30 AS altitude_m,
	odometer_m + 1000000 AS odometer_m, post_method, gps_mode, status, quality, h3_r7, h3_r9, h3_r11, raw_partition, raw_offset + 100000000 AS raw_offset FROM source)`
