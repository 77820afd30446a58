package grafana

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/alerting"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

func documents(t *testing.T) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("dashboards/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	all := map[string][]byte{}
	for _, path := range paths {
		all[path] = read(t, path)
	}
	return all
}

// TestSchema decodes each dashboard by Grafana's own schema, which refuses what
// it does not know and what lacks a field.
func TestSchema(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	for path, text := range documents(t) {
		var d sdk.Dashboard //nolint:staticcheck // SA1019: files are provisioned in this form, dashboardv2 is that of the new API
		accepted(t, d.UnmarshalJSONStrict(text), path)
		accepted(t, d.Validate(), path)
	}
}

// accepted fails where the schema has a complaint. Its lists of complaints are
// errors even where they are empty.
func accepted(t *testing.T, err error, what string) {
	t.Helper()
	if err != nil && err.Error() != "" {
		t.Errorf("%s: %v", what, err)
	}
}

// TestPlaces: numbers are unique, panels fit and do not overlap, and every data
// source is one that is provisioned.
func TestPlaces(t *testing.T) {
	sources, uids := provisioned(t), map[string]string{}
	for path, text := range documents(t) {
		var d struct {
			UID    string `json:"uid"`
			Panels []struct {
				ID         int
				Type       string
				Title      string
				GridPos    struct{ X, Y, W, H int }
				Datasource struct{ Type, UID string }
				Targets    []struct{ Datasource struct{ Type, UID string } }
			}
			Templating struct {
				List []struct{ Datasource struct{ Type, UID string } }
			}
		}
		require.NoError(t, json.Unmarshal(text, &d))
		require.NotContains(t, uids, d.UID)
		uids[d.UID] = path
		require.LessOrEqual(t, len(d.UID), 40, "Grafana's limit")
		ids, titles, taken := map[int]bool{}, map[string]bool{}, map[[2]int]string{}
		for _, p := range d.Panels {
			require.False(t, ids[p.ID], "%s: two panels have the number %d", path, p.ID)
			ids[p.ID] = true
			require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, columnsOfGrid, "%s: %s is too wide", path, p.Title)
			for x := range p.GridPos.W {
				for y := range p.GridPos.H {
					at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
					require.Empty(t, taken[at], "%s: %s lies over another panel", path, p.Title)
					taken[at] = p.Title
				}
			}
			if p.Type != "row" {
				require.False(t, titles[p.Title], "%s: two panels are called %s", path, p.Title)
				titles[p.Title] = true
				require.Equal(t, p.Datasource.Type, sources[p.Datasource.UID], "%s: %s", path, p.Title)
			}
			for _, target := range p.Targets {
				require.Equal(t, target.Datasource.Type, sources[target.Datasource.UID], "%s: %s", path, p.Title)
			}
		}
		for _, v := range d.Templating.List {
			require.Equal(t, v.Datasource.Type, sources[v.Datasource.UID], path)
		}
	}
}

// provisioned are the types of the provisioned data sources by their uid.
func provisioned(t *testing.T) map[string]string {
	t.Helper()
	var file struct {
		Datasources []struct {
			UID, Type      string
			SecureJSONData map[string]string `yaml:"secureJsonData"`
		}
	}
	require.NoError(t, yaml.Unmarshal(read(t, "provisioning/datasources/odograph.yaml"), &file))
	all := map[string]string{}
	for _, s := range file.Datasources {
		require.NotContains(t, all, s.UID)
		all[s.UID] = s.Type
		for name, value := range s.SecureJSONData {
			require.Regexp(t, `^\$\{ODOGRAPH_[A-Z_]+\}$`, value, "%s of %s comes from the environment", name, s.UID)
		}
	}
	return all
}

// TestPanelsExplainThemselves: what an operator needs at each panel is there.
func TestPanelsExplainThemselves(t *testing.T) {
	known := units(t)
	for _, d := range boards() {
		require.NotEmpty(t, d.description)
		fresh := false
		for _, r := range d.rows {
			for _, p := range r.panels {
				name := d.title + ", " + p.title
				fresh = fresh || p.title == freshness().title
				require.Contains(t, known, p.unit, "%s: unit", name)
				for _, c := range p.columns {
					require.Contains(t, known, c.unit, "%s: unit of a column", name)
				}
				for what, text := range map[string]string{"what it shows": p.shows, "what to do": p.wrong, "why it may be empty": p.empty} {
					require.Greater(t, len(text), 20, "%s: %s", name, what)
					require.Regexp(t, `[.?…]$`, text, "%s: %s", name, what)
				}
			}
		}
		require.True(t, fresh, "%s does not show how fresh its data is", d.title)
	}
	for _, s := range suffixes {
		require.Contains(t, known, s.unit)
	}
}

// units are the names of units that Grafana knows.
func units(t *testing.T) map[string]bool {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/grafana/grafana-foundation-sdk/go/units").Output()
	require.NoError(t, err)
	parsed, err := parser.ParseDir(token.NewFileSet(), strings.TrimSpace(string(out)), nil, 0) //nolint:staticcheck // SA1019: one folder without build tags
	require.NoError(t, err)
	known := map[string]bool{"": true}
	for _, p := range parsed {
		ast.Inspect(p, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					known[text] = true
				}
			}
			return true
		})
	}
	require.Greater(t, len(known), 100)
	return known
}

// TestAlertRules decodes each rule by Grafana's own schema.
func TestAlertRules(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	var file struct {
		Groups []struct {
			Name, Folder, Interval string
			Rules                  []map[string]any
		}
	}
	text := read(t, "provisioning/alerting/odograph.yaml")
	require.NotContains(t, string(text), "$", "Grafana would look for a variable of its environment")
	require.NoError(t, yaml.Unmarshal(text, &file))
	sources, uids := provisioned(t), map[string]bool{}
	for _, g := range file.Groups {
		require.NotEmpty(t, g.Rules)
		for _, r := range g.Rules {
			// What the file leaves to its group, the schema wants in each rule.
			r["folderUID"], r["ruleGroup"], r["orgID"] = g.Folder, g.Name, 1
			b, err := json.Marshal(r)
			require.NoError(t, err)
			var rule alerting.Rule
			accepted(t, rule.UnmarshalJSONStrict(b), fmt.Sprint(r["uid"]))
			accepted(t, rule.Validate(), fmt.Sprint(r["uid"]))
			require.False(t, uids[*rule.Uid], "two rules have the uid %s", *rule.Uid)
			uids[*rule.Uid] = true
			require.LessOrEqual(t, len(*rule.Uid), 40, "Grafana's limit")
			for _, what := range []string{"summary", "description", "first_step", "__dashboardUid__", "__panelId__"} {
				require.NotEmpty(t, rule.Annotations[what], "%s: %s", *rule.Uid, what)
			}
			require.NotEmpty(t, rule.Labels["severity"], *rule.Uid)
			for _, q := range rule.Data {
				if *q.DatasourceUid != "__expr__" {
					require.Contains(t, sources, *q.DatasourceUid, *rule.Uid)
				}
			}
		}
	}
}
