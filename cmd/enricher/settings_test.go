package main

import (
	"testing"

	"github.com/odograph/odograph/internal/config/configtest"
)

func TestSettingsDocument(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Instance = "the host's name"
	configtest.Section(t, "enricher", &cfg)
}
