package derive_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/odograph/odograph/pkg/condition"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/driving"
	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/trip"
)

// TestDefaultFileIsTheDefaults: the file with the comments and the code say the
// same, and the file leaves nothing out.
func TestDefaultFileIsTheDefaults(t *testing.T) {
	r := derive.DefaultRules()
	require.Equal(t, driving.DefaultRules(), r.Driving)
	require.Equal(t, trip.DefaultRules(), r.Trip)
	require.Equal(t, condition.DefaultRules(), r.Condition)
	require.Equal(t, geofence.DefaultRules(), r.Geofence)
	b, err := yaml.Marshal(r)
	require.NoError(t, err)
	there := keys(t, derive.DefaultRulesYAML)
	require.Empty(t, slices.DeleteFunc(keys(t, b), func(k string) bool { return slices.Contains(there, k) }), "missing in the file")
	empty, err := derive.ParseRules([]byte("version: default-1\n"))
	require.NoError(t, err)
	require.Equal(t, empty.Version, r.Version, "the file and the code differ in a value")
}

// keys are the paths of all keys of a YAML text.
func keys(t *testing.T, b []byte) (out []string) {
	t.Helper()
	var tree map[string]any
	require.NoError(t, yaml.Unmarshal(b, &tree))
	var walk func(path string, v any)
	walk = func(path string, v any) {
		if m, ok := v.(map[string]any); ok {
			for k, w := range m {
				walk(path+"."+k, w)
			}
			return
		}
		out = append(out, path)
	}
	walk("", tree)
	slices.Sort(out)
	return out
}

func TestVersionTellsValuesApart(t *testing.T) {
	a, err := derive.ParseRules([]byte("version: mine\nharsh: {merge_s: 6}\n"))
	require.NoError(t, err)
	b, err := derive.ParseRules([]byte("version: mine\nharsh: {merge_s: 7}\n"))
	require.NoError(t, err)
	require.NotEqual(t, a.Version, b.Version)
	require.True(t, strings.HasPrefix(a.Version, "mine+"), a.Version)
	again, err := derive.ParseRules([]byte("# other words\nversion: mine\nharsh:\n  merge_s: 6\n"))
	require.NoError(t, err)
	require.Equal(t, a.Version, again.Version)
}

func TestWrongRulesAreNamed(t *testing.T) {
	for text, want := range map[string][]string{
		"version: a b":                    {"version"},
		"version: a\nharsh: {merge_z: 1}": {"merge_z"},
		"version: a\nharsh: {merge_s: -1}\ntrip: {min_stop_s: 0}":                        {"harsh.merge_s", "min_stop_s"},
		"version: a\nharsh: {min_satellites: 9}\ngeofence: {trust: {min_satellites: 9}}": {"harsh.min_satellites", "trust.min_satellites"},
		"version: a\nevent_time: {lateness_s: 5}":                                        {"lateness_s", "60 to 86400"},
		"version: a\ndevice_alarms: {harsh: ['0/1']}":                                    {"device_alarms.harsh", "harsh_braking"},
		"version: a\ndevice_alarms: {harsh_braking: ['48']}":                             {`"48"`, "0/48"},
		"version: a\ndevice_alarms: {collision: ['0/1', '0/1']}":                         {"twice"},
		"version: a\n---\nversion: b":                                                    {"more than one document"},
		"version: a\ntemperature: {default_min_c: 5, default_max_c: 4}":                  {"default_min_c"},
		"version: [":  {"rules"},
		"harsh: 4":    {"Harsh"},
		"version: ''": {"version"},
	} {
		_, err := derive.ParseRules([]byte(text))
		require.Error(t, err, text)
		for _, w := range want {
			require.ErrorContains(t, err, w, text)
		}
	}
}
