package main

import (
	"context"
	"os"
	"strings"
)

func run(ctx context.Context, cfg *config) error {
	s, err := connect(ctx, cfg.dsn, cfg.database)
	if err != nil {
		return err
	}
	wanted := func(part string) bool { return cfg.only == "" || strings.Contains(","+cfg.only+",", ","+part+",") }
	if wanted("sample") {
		if err := prepare(ctx, s, "sample", cfg.fixes/cfg.share, cfg.devices/cfg.share); err != nil {
			return err
		}
	}
	if wanted("columns") {
		if err := codecs(ctx, s, cfg, os.Stdout); err != nil {
			return err
		}
	}
	if wanted("source") {
		if err := prepare(ctx, s, "source", cfg.fixes, cfg.devices); err != nil {
			return err
		}
	}
	return nil
}
