package run

import (
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
)

// release is set when a release is built: -ldflags "-X …/internal/run.release=1.2.3".
var release string

// Version is the release, or the revision that the program was built from.
func Version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unreleased"
}

// buildInfo is always 1; its label says which version runs.
func buildInfo() prometheus.Collector {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "odograph_build_info", Help: "1, with the version that runs."}, []string{"version"})
	g.WithLabelValues(Version()).Set(1)
	return g
}
