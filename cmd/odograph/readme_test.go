package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var sqlBlock = regexp.MustCompile("(?s)```sql\n(.*?)```")

// TestReadmeQueries runs each query that the README shows, as the analyst whom
// it tells to, and wants an answer from each.
func TestReadmeQueries(t *testing.T) {
	in := newInstallation(t)
	in.store(0, 0, 30)
	in.exec("INSERT INTO fix_repeats (imei, fix_time, received_time, source, raw_partition, raw_offset) SELECT imei, fix_time, received_time, 'poll', 0, 30 FROM fixes LIMIT 1")
	in.exec("INSERT INTO completeness (imei, hour, revision, received_fixes, missing_fixes, holes, reason) VALUES ('1', '2026-01-01 00:00:00', 1, 300, 60, 1, 'not_at_platform')")
	in.exec("INSERT INTO alarms (imei, event_time, received_time, source, msg_class, code, raw_partition, raw_offset) VALUES ('1', '2026-01-01', now64(3), 'push', 0, '1', 0, 31)")
	reader, err := openDSN(in.reader)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, block := range sqlBlock.FindAllSubmatch(readme, -1) {
		for _, sql := range strings.Split(string(block[1]), ";") {
			if strings.TrimSpace(sql) == "" {
				continue
			}
			n++
			rows, err := reader.Query(t.Context(), strings.ReplaceAll(sql, "fleet.", ""))
			if err != nil {
				t.Errorf("%s\n%v", sql, err)
				continue
			}
			if !rows.Next() {
				t.Errorf("%s\ngives nothing: %v", sql, rows.Err())
			}
			rows.Close()
		}
	}
	if n < 4 {
		t.Errorf("found %d queries in the README", n)
	}
}
