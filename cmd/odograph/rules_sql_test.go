package main

import (
	"os"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/derive"
)

// TestRulesOfTheMigrations holds the rules that ClickHouse comes with to those
// that the enricher comes with: with others, harsh_from_history would decide by
// old ones. After a change of the rules add a migration with their rows.
func TestRulesOfTheMigrations(t *testing.T) {
	rules := derive.DefaultRules()
	for file, want := range map[string]string{
		"00172_driving_rules_first.sql":      rulesRow(rules),
		"00173_driving_thresholds_first.sql": thresholdRows(rules),
	} {
		b, err := os.ReadFile("../../clickhouse/migrations/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), want+";") {
			t.Errorf("%s does not have the rows of %s; it should be\n%s", file, rules.Version, want)
		}
	}
}
