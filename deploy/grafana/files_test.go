package grafana

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFilesAreWritten: what Grafana reads is what this package says.
func TestFilesAreWritten(t *testing.T) {
	files, err := Files()
	require.NoError(t, err)
	for path, want := range files {
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is old: go generate ./deploy/grafana", path)
	}
	for _, pattern := range []string{"dashboards/*", "provisioning/alerting/*"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range found {
			_, written := files[filepath.ToSlash(path)]
			require.True(t, written, "nothing writes %s", path)
		}
	}
}

// boards are all dashboards.
func boards() []dashboard {
	return []dashboard{fleet(), safety(), geofences(), vehicle(), pipeline()}
}
