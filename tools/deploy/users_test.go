package deploy

import (
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	xmlGrant  = regexp.MustCompile(`<query>(.*?)</query>`)
	userGrant = regexp.MustCompile(`(?m)^GRANT (.*) TO (\w+);$`)
)

// ClickHouse writes no files of logs, which would grow to gigabytes in the
// container's memory or disk; its standard output has them.
func TestClickHouseLogsToTheConsole(t *testing.T) {
	type element struct {
		Remove string `xml:"remove,attr"`
	}
	var config struct {
		Logger struct {
			Console  string  `xml:"console"`
			Log      element `xml:"log"`
			ErrorLog element `xml:"errorlog"`
		} `xml:"logger"`
	}
	if err := xml.Unmarshal([]byte(read(t, "deploy/clickhouse/config.xml")), &config); err != nil {
		t.Fatal(err)
	}
	if l := config.Logger; l.Console != "1" || l.Log.Remove == "" || l.ErrorLog.Remove == "" {
		t.Errorf("deploy/clickhouse/config.xml: logger is %+v, want the console alone", l)
	}
}

// The users of the containers' ClickHouse have the rights of clickhouse/users.sql.
func TestUsersHaveTheSameRights(t *testing.T) {
	want, got := map[string][]string{}, map[string][]string{}
	for _, g := range userGrant.FindAllStringSubmatch(read(t, "clickhouse/users.sql"), -1) {
		want[g[2]] = append(want[g[2]], "GRANT "+g[1])
	}
	text := read(t, "deploy/clickhouse/users.xml")
	for _, user := range []string{"sink", "reader", "migrator"} {
		_, rest, _ := strings.Cut(text, "<"+user+">")
		body, _, found := strings.Cut(rest, "</"+user+">")
		if !found {
			t.Fatalf("deploy/clickhouse/users.xml: no user %s", user)
		}
		for _, g := range xmlGrant.FindAllStringSubmatch(body, -1) {
			got[user] = append(got[user], g[1])
		}
		slices.Sort(want[user])
		slices.Sort(got[user])
		if len(want[user]) == 0 || !slices.Equal(got[user], want[user]) {
			t.Errorf("%s: deploy/clickhouse/users.xml grants %q, clickhouse/users.sql %q", user, got[user], want[user])
		}
		if !strings.Contains(body, `<password from_env="CLICKHOUSE_`+strings.ToUpper(user)+`_PASSWORD"/>`) {
			t.Errorf("%s: its password does not come from the environment", user)
		}
	}
}
