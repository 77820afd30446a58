package clickhouse

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/odograph/odograph/internal/stack/stacktest"
)

// twoShards makes the schema's form for a cluster as far as it runs without a
// Keeper: two shards that are two databases of one server, engines that are not
// replicated, and a database of what is the same on every node. The Distributed
// tables, the views that feed others and the dictionaries are the real ones.
func twoShards(t *testing.T) (dsn func(user string) string) {
	t.Helper()
	s := stacktest.Shared(t)
	top := stacktest.Database(t, s)
	databases := map[bool][]string{false: {top}, true: {"fleet_shard_1", "fleet_shard_2"}}
	conns := map[string]driver.Conn{}
	for _, name := range []string{top, "fleet_shard_1", "fleet_shard_2"} {
		execute(t, connect(t, s.ClickHouseDSN("default")), "CREATE DATABASE IF NOT EXISTS "+name)
		conns[name] = connect(t, s.ClickHouseDatabaseDSN("default", name)+"?distributed_foreground_insert=1&parallel_distributed_insert_select=0")
		if name != top {
			execute(t, conns[name], "TRUNCATE DATABASE "+name)
			t.Cleanup(func() { _ = conns[name].Exec(t.Context(), "TRUNCATE DATABASE "+name) })
		}
	}
	replicated := regexp.MustCompile(`Replicated(\w*MergeTree)\('[^']*', '[^']*'(?:, )?([^)]*)\)`)
	for _, statement := range clusterStatements(t) {
		q := strings.Replace(statement, " ON CLUSTER `odograph`", "", 1)
		q = strings.ReplaceAll(replicated.ReplaceAllString(q, "$1($2)"), " replicated_deduplication_window", " non_replicated_deduplication_window")
		if strings.HasPrefix(q, "CREATE OR REPLACE TABLE") { // takes its columns from the first shard
			q = regexp.MustCompile(` AS (\w+)`).ReplaceAllString(q, " AS fleet_shard_1.$1")
			q = strings.Replace(q, "Distributed(`odograph`, currentDatabase()", "Distributed(two_shards, ''", 1)
		}
		local := regexp.MustCompile(`^(CREATE TABLE IF NOT EXISTS|ALTER TABLE|DROP TABLE IF EXISTS|RENAME TABLE IF EXISTS) \w+_local\b`).MatchString(q) || strings.Contains(q, "_local AS\n")
		for _, name := range databases[local] {
			execute(t, conns[name], q)
		}
	}
	return func(user string) string {
		return s.ClickHouseDatabaseDSN(user, top) + "?distributed_product_mode=global"
	}
}

// TestShards: rows of a device go to one shard with what is added up of them, a
// token is remembered there, read-back finds them, and every view can be read.
func TestShards(t *testing.T) {
	dsn := twoShards(t)
	db, conn := open(t, dsn("sink")), connect(t, dsn("default")+"&distributed_foreground_insert=1")
	batch, err := NewBatch("fixes.v1")
	if err != nil {
		t.Fatal(err)
	}
	var rows Rows
	var index []int
	at := time.Now().UTC().Truncate(time.Second)
	for i := range 40 {
		text := fmt.Sprintf(`{"imei":"%d","received_time":%q,"source":"push","raw_partition":3,"raw_offset":%d,"fix_time":%q,"lat":52.5,"lng":13.4,"h3_r7":"871f1d489ffffff","h3_r9":"891f1d48933ffff","h3_r11":"8b1f1d489333fff"}`,
			i%20, at.Format(time.RFC3339), i, at.Add(time.Duration(i/20)*time.Second).Format(time.RFC3339))
		row, err := batch.Add(Record{Value: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		rows, index = row.Rows, append(index, row.Index)
	}
	for round := range 2 {
		seen, err := db.Insert(t.Context(), rows, index, "token")
		if err != nil || !seen { // the shards do not say, so it must be read back
			t.Errorf("round %d: need not be read back: %v, %v", round, seen, err)
		}
		present, err := db.Present(t.Context(), rows, index)
		if err != nil {
			t.Fatal(err)
		}
		for i, is := range present {
			if !is {
				t.Errorf("row %d is not found", i)
			}
		}
	}
	same(t, dsn("default"), "SELECT count(), uniqExact(imei), (SELECT count() FROM fixes FINAL) FROM fixes", "40 20 40")
	same(t, dsn("default"), "SELECT uniqExact(imei), uniqExact(imei, _shard_num), min(_shard_num), max(_shard_num) FROM fixes", "20 20 1 2")
	same(t, dsn("default"), `SELECT uniqExact(imei), countIf(imei NOT IN (SELECT imei FROM fleet_shard_1.fixes_local)) FROM fleet_shard_1.device_contacts_local`,
		lines(t, dsn("default"), "SELECT uniqExact(imei), 0 FROM fleet_shard_1.fixes_local"))
	same(t, dsn("default"), "SELECT count() FROM device_health", "20")
	execute(t, conn, "INSERT INTO devices (imei, name, updated_time) VALUES ('7', 'Van', now64(3))")
	same(t, dsn("default"), "SELECT name FROM device_health WHERE imei = '7'", "Van")
	for _, view := range strings.Fields(lines(t, dsn("default"), "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View' AND empty(parameterized_view_parameters)")) {
		if err := connect(t, dsn("reader")).Exec(t.Context(), "SELECT * FROM "+view+" FORMAT Null"); err != nil {
			t.Errorf("view %s: %v", view, err)
		}
	}
}
