package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestReplayFlags: what a replay would not heed is refused, not passed over.
func TestReplayFlags(t *testing.T) {
	for _, c := range []struct {
		change func(*replayConfig)
		want   string // empty: none
	}{
		{func(*replayConfig) {}, ""},
		{func(c *replayConfig) { c.Near = time.Minute }, "near"},
		{func(c *replayConfig) { c.Late = true }, "late"},
		{func(c *replayConfig) { c.Apply, c.Shadow, c.Near, c.Late = false, true, time.Minute, true }, ""},
	} {
		cfg := defaultReplayConfig()
		cfg.Apply, cfg.Rules, cfg.From, cfg.To = true, "rules.yaml", "2026-05-04", "2026-05-05"
		c.change(&cfg)
		if err := cfg.Validate(); c.want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.want+" = ")
		}
	}
}
