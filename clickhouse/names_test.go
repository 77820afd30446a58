package clickhouse

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

var kindWord = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

func TestAlarmNamesAreWellFormed(t *testing.T) {
	_, header, lines, err := nameLists[0].read()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"msg_class", "code", "subtype", "kind", "severity", "text", "conflict"}; !slices.Equal(header, want) {
		t.Errorf("header %v, want %v", header, want)
	}
	seen := map[string]bool{}
	for _, line := range lines {
		key := strings.Join(line[:3], "/")
		if seen[key] {
			t.Errorf("%s occurs twice", key)
		}
		seen[key] = true
		if kind := line[3]; kind != "" && !kindWord.MatchString(kind) {
			t.Errorf("%s: kind %q is not snake_case", key, kind)
		}
		if !slices.Contains([]string{"info", "warning", "critical"}, line[4]) || line[5] == "" {
			t.Errorf("%s: severity %q, text %q", key, line[4], line[5])
		}
	}
	// The ends of each group of the documents, see platform-facts 2.2 and 2.3.
	for _, key := range []string{"0/1/", "0/268/", "0/1001/", "0/ACC_ON/", "0/ubiStab/", "0/statusRightRearWindows_1/",
		"1/256/0", "1/256/31", "1/257/", "1/264/17", "1/265/17", "1/266/4", "1/1024/", "1/1049/", "1/3073/", "1/3097/", "1/6/"} {
		if !seen[key] {
			t.Errorf("%s has no name", key)
		}
	}
	for _, line := range lines {
		known := line[0] == "0" && slices.Contains([]string{"138", "139", "103", "104", "147", "254", "212"}, line[1])
		if known && line[6] == "" {
			t.Errorf("%s: its contradicting documents are not mentioned", line[1])
		}
	}
}

var troubleCode = regexp.MustCompile(`^[PCBU][0-3][0-9A-F]{3}$`)

func TestTroubleTextsAreWellFormed(t *testing.T) {
	_, _, lines, err := nameLists[1].read()
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range lines {
		if !troubleCode.MatchString(line[0]) || line[1] == "" {
			t.Errorf("%v", line)
		}
		if i > 0 && line[0] <= lines[i-1][0] {
			t.Errorf("%s comes after %s", line[0], lines[i-1][0])
		}
	}
}

func rowText(t *testing.T, conn driver.Conn, query string) string {
	t.Helper()
	var got string
	if err := conn.QueryRow(t.Context(), query).Scan(&got); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return got
}

func execute(t *testing.T, conn driver.Conn, queries ...string) {
	t.Helper()
	for _, q := range queries {
		if err := conn.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

// TestCorrectedNamesHoldForHistory reads alarms as an analyst, before and after
// the meaning of their codes is corrected.
func TestCorrectedNamesHoldForHistory(t *testing.T) {
	dsn := migrated(t)
	writer, reader, migrator := connect(t, dsn("default")), connect(t, dsn("reader")), connect(t, dsn("migrator"))
	execute(t, writer, `INSERT INTO alarms (imei, event_time, msg_class, code, subtype) VALUES
		('1', '2020-01-01', 0, '2', ''), ('1', '2026-01-01', 0, '2', '9'), ('1', '2026-01-01', 1, '264', '2'), ('1', '2026-01-01', 1, '264', '99'),
		('1', '2026-01-01', 1, '256', '29'), ('1', '2026-01-01', 0, '138', ''), ('1', '2026-01-01', 1, '2', ''), ('1', '2026-01-01', 0, 'ACC_ON', '')`)
	const named = `SELECT arrayStringConcat(arraySort(groupArray(concat(toString(msg_class), '/', code, '/', subtype, '=', ifNull(kind, 'NULL'), ' ', ifNull(severity, 'NULL'), if(conflict, ' !', '')))), ', ') FROM alarms_named`
	const before = "0/138/=immobiliser_on warning !, 0/2/9=power_cut critical, 0/2/=power_cut critical, 0/ACC_ON/=ignition_on info, " +
		"1/2/=NULL NULL, 1/256/29=collision critical, 1/264/2=lane_departure warning, 1/264/99=adas warning"
	if got := rowText(t, reader, named); got != before {
		t.Errorf("got  %s\nwant %s", got, before)
	}
	execute(t, migrator, `INSERT INTO alarm_names (msg_class, code, subtype, kind, severity, text, version) VALUES
		(0, '2', '', 'supply_lost', 'warning', 'Supply lost', 1000000), (0, 'ACC_ON', '', '', '', '', 1000000), (1, '2', '', 'news', 'info', 'News', 1000000)`,
		"SYSTEM RELOAD DICTIONARY alarm_names_dict")
	const after = "0/138/=immobiliser_on warning !, 0/2/9=supply_lost warning, 0/2/=supply_lost warning, 0/ACC_ON/=NULL NULL, " +
		"1/2/=news info, 1/256/29=collision critical, 1/264/2=lane_departure warning, 1/264/99=adas warning"
	if got := rowText(t, reader, named); got != after {
		t.Errorf("got  %s\nwant %s", got, after)
	}
	if _, err := Migrate(t.Context(), dsn("migrator"), quiet); err != nil {
		t.Fatal(err)
	}
	if got := rowText(t, reader, named); got != after {
		t.Errorf("after another setup: got  %s\nwant %s", got, after)
	}
	_, _, lines, err := nameLists[0].read()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rowText(t, writer, "SELECT toString(count()) FROM alarm_names WHERE version < 1000000 SETTINGS final = 0"), strconv.Itoa(len(lines)); got != want {
		t.Errorf("%s names are stored after two setups, want %s", got, want)
	}
}

func TestFaultCodes(t *testing.T) {
	dsn := migrated(t)
	execute(t, connect(t, dsn("default")), `INSERT INTO faults (imei, event_time, codes, raw_offset) VALUES
		('1', '2026-01-01', ['P0301', 'P1234', 'P2096', 'P3000', 'P3400', 'C1201', 'B0001', 'U0100', 'U3000', 'P0301-00', 'nonsense'], 1), ('1', '2026-01-01', [], 2)`)
	reader := connect(t, dsn("reader"))
	got := rowText(t, reader, `SELECT arrayStringConcat(arraySort(groupArray(concat(code, ' ', ifNull(system, 'NULL'), ' ', ifNull(standard, 'NULL'), ' ', ifNull(subsystem_digit, 'NULL'), if(text IS NULL, '', ' text')))), ', ') FROM fault_codes`)
	const want = "B0001 body sae 0 text, C1201 chassis manufacturer 2, P0301 powertrain sae 3 text, P0301-00 powertrain sae 3 text, P1234 powertrain manufacturer 2, " +
		"P2096 powertrain sae 0 text, P3000 powertrain manufacturer 0, P3400 powertrain sae 4 text, U0100 network sae 1 text, U3000 network sae 0 text, nonsense NULL NULL NULL"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestTroubleTextsAgree compares with a public list, which is not part of the
// project: ODOGRAPH_DATA says where it lies. Words differ, so it counts the
// codes that both have and the words that they share.
func TestTroubleTextsAgree(t *testing.T) {
	dir := os.Getenv("ODOGRAPH_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	f, err := os.Open(filepath.Join(dir, "obd_trouble_codes", "obd-trouble-codes.csv"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no public list: %v (set ODOGRAPH_DATA)", err)
		}
		t.Skipf("no public list: %v (set ODOGRAPH_DATA)", err)
	}
	defer f.Close()
	public, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	words := func(s string) map[string]bool {
		out := map[string]bool{}
		for _, w := range regexp.MustCompile(`[a-z0-9]{3,}`).FindAllString(strings.ToLower(s), -1) {
			out[strings.TrimSuffix(w, "s")] = true
		}
		return out
	}
	other := map[string]map[string]bool{}
	for _, line := range public {
		other[line[0]] = words(line[1])
	}
	_, _, lines, err := nameLists[1].read()
	if err != nil {
		t.Fatal(err)
	}
	both, agree := 0, 0
	for _, line := range lines {
		theirs, ok := other[line[0]]
		if !ok {
			continue
		}
		both++
		shared := false
		for w := range words(line[1]) {
			shared = shared || theirs[w]
		}
		if shared {
			agree++
		} else {
			t.Logf("%s: ours %q shares no word with theirs %v", line[0], line[1], theirs)
		}
	}
	t.Logf("%d codes of ours, %d in both lists, %d of these share a word", len(lines), both, agree)
	if agree*10 < both*8 {
		t.Errorf("only %d of %d texts share a word with the public list", agree, both)
	}
}
