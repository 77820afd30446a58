package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

// Without the pipeline's Kafka there is no token to share; the command says so.
func TestPlatformWithoutKafka(t *testing.T) {
	cfg := defaultPlatformConfig()
	cfg.KafkaBrokers = []string{"127.0.0.1:1"}
	cfg.TracksolidURL, cfg.TracksolidUser, cfg.TracksolidAppKey = "https://eu-open.tracksolidpro.com/route/rest", "demo", "key"
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, _, err := openPlatform(ctx, &cfg)
	if err == nil || !strings.Contains(err.Error(), "ODOGRAPH_OPERATOR_USER") {
		t.Errorf("without Kafka: %v", err)
	}
}
