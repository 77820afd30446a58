// Command write writes the dashboards and alert rules of package grafana into
// the folder that it is run in.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/odograph/odograph/deploy/grafana"
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write() error {
	files, err := grafana.Files()
	if err != nil {
		return err
	}
	for path, text := range files {
		//nolint:gosec // G306: Grafana reads them as a user of its own
		if err := os.WriteFile(filepath.FromSlash(path), text, 0o644); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	return nil
}
