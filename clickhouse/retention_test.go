package clickhouse

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestRetentionNamesEveryTable: a table with rows of its own either ages or is
// known not to.
func TestRetentionNamesEveryTable(t *testing.T) {
	dsn := migrated(t)
	stay := map[string]bool{ // definitions, names, settings, newest of each device
		"devices": true, "fences": true, "alarm_names": true, "dtc_names": true, "health_settings": true, "score_settings": true,
		"fence_versions": true, "driving_rules": true, "driving_thresholds": true, "device_positions": true, "device_contacts": true, "device_alarm_codes": true, "goose_db_version": true,
	}
	raw := map[string]bool{}
	for _, name := range strings.Fields(lines(t, dsn("default"), "SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'raw'")) {
		raw[name] = true
	}
	have := map[string]bool{}
	for _, k := range keeping {
		have[k.table] = true
		if stay[k.table] || k.raw != raw[k.table] {
			t.Errorf("%s: has raw %v, said to have %v", k.table, raw[k.table], k.raw)
		}
	}
	for _, name := range strings.Fields(lines(t, dsn("default"), "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'")) {
		if !have[name] && !stay[name] {
			t.Errorf("nothing says how long rows of %s are kept", name)
		}
	}
}

// TestRetention: what is too old goes, its JSON before it; what came lately stays;
// a changed setting is taken, and an equal one does nothing.
func TestRetention(t *testing.T) {
	dsn := migrated(t)
	conn := connect(t, dsn("default"))
	execute(t, conn,
		`INSERT INTO fixes (imei, fix_time, inserted_time) SELECT 'old', '2020-01-01', '2020-01-01'`,
		`INSERT INTO fixes (imei, fix_time, inserted_time) SELECT 'late', '2020-02-01', now64(3)`,
		`INSERT INTO fixes (imei, fix_time, inserted_time) SELECT 'new', now64(0) - 86400 * 200, now64(3) - 86400 * 200`,
		`INSERT INTO alarms (imei, event_time, received_time, inserted_time, raw) SELECT 'a', now64(3) - 86400 * number, now64(3) - 86400 * number, now64(3) - 86400 * number, 'x' FROM numbers(1, 2000) WHERE number IN (1, 60, 600, 1500)`)
	agreed := false
	retain := func(want Retention) map[string]Kept {
		t.Helper()
		kept, err := Retain(t.Context(), dsn("migrator"), want, agreed)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]Kept{}
		for _, k := range kept {
			out[fmt.Sprint(k.Table, k.Raw)] = k
		}
		return out
	}
	const fixes, alarms = "SELECT imei FROM fixes ORDER BY imei", "SELECT dateDiff('day', event_time, now()) AS days, raw FROM alarms ORDER BY days"
	if kept := retain(Retention{}); len(kept) != 0 {
		t.Errorf("for ever changes a new schema: %v", kept)
	}
	kept := retain(DefaultRetention)
	if k := kept["fixesfalse"]; !k.Left || k.Outdated != 2 {
		t.Errorf("fixes, without anybody's agreement: %+v", k)
	}
	if k := kept["alarmstrue"]; !k.Left || k.Outdated != 3 {
		t.Errorf("JSON of alarms, without anybody's agreement: %+v", k)
	}
	if k := kept["heartbeatsfalse"]; k.Left || k.Outdated != 0 {
		t.Errorf("heartbeats, of which there are none: %+v", k)
	}
	same(t, dsn("default"), fixes, "late\nnew\nold")
	same(t, dsn("default"), alarms, "1 x\n60 x\n600 x\n1500 x")
	agreed = true
	kept = retain(DefaultRetention)
	if k := kept["fixesfalse"]; k.Days != 396 || k.Outdated != 2 || k.Before != "" {
		t.Errorf("fixes: %+v", k)
	}
	if k := kept["alarmstrue"]; k.Days != 30 || !k.Raw {
		t.Errorf("JSON of alarms: %+v", k)
	}
	eventually(t, dsn("default"), fixes, "late\nnew")
	eventually(t, dsn("default"), alarms, "1 x\n60\n600")
	if again := retain(DefaultRetention); len(again) != 0 {
		t.Errorf("the same again changes %v", again)
	}
	kept = retain(Retention{Raw: 0, Fixes: 100, Events: 90})
	if k := kept["alarmstrue"]; k.Days != 0 || k.Before != "30 days" {
		t.Errorf("JSON of alarms, for ever: %+v", k)
	}
	eventually(t, dsn("default"), fixes, "late")
	eventually(t, dsn("default"), alarms, "1 x\n60")
	if kept = retain(Retention{}); len(kept) != len(keeping) {
		t.Errorf("for ever changes %v", kept)
	}
	if again := retain(Retention{}); len(again) != 0 {
		t.Errorf("the same again changes %v", again)
	}
	same(t, dsn("default"), "SELECT count() FROM system.tables WHERE database = currentDatabase() AND create_table_query LIKE '% TTL %'", "0")
}

// eventually waits for what ClickHouse does in the background.
func eventually(t *testing.T, dsn, query, want string) {
	t.Helper()
	got := ""
	for range 100 {
		if got = lines(t, dsn, query); got == want {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s\ngot\n%s\nwant\n%s", query, got, want)
}

// TestLongestRetention: the longest time that rows can be kept ends in the future.
func TestLongestRetention(t *testing.T) {
	dsn := migrated(t)
	same(t, dsn("default"), "SELECT greatest(toDateTime(now()) + toIntervalDay("+fmt.Sprint(MaxKeepDays)+"), now()) > now() + toIntervalDay("+fmt.Sprint(MaxKeepDays-1)+")", "1")
}
