package main

import (
	"testing"
	"time"

	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/config/configtest"
)

func TestSettingsDocument(t *testing.T) {
	setup, platform, replay := defaultSetupConfig(), defaultPlatformConfig(), defaultReplayConfig()
	configtest.Section(t, "odograph setup", &setup)
	configtest.Section(t, "odograph audit", &auditConfig{Kafka: config.DefaultKafka(), ClickHouse: config.DefaultClickHouse(), Wait: 10 * time.Second})
	configtest.Section(t, "odograph deadletters", &deadLetterConfig{ClickHouse: config.DefaultClickHouse(), Limit: 50})
	configtest.Section(t, "odograph replay", &replay)
	configtest.Section(t, "odograph api", &platform)
}
