package main

import "context"

func run(ctx context.Context, cfg *config) error {
	s, err := connect(ctx, cfg.dsn, cfg.database)
	if err != nil {
		return err
	}
	return prepare(ctx, s, cfg)
}
