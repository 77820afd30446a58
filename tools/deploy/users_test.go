package deploy

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	xmlGrant  = regexp.MustCompile(`<query>(.*?)</query>`)
	userGrant = regexp.MustCompile(`(?m)^GRANT (.*) TO (\w+);$`)
)

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
