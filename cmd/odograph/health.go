package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"
)

var errNotReady = errors.New("not every component is ready")

// healthCommand asks components whether they are ready; container engines call
// it, since the image has no other program.
func healthCommand() *cobra.Command {
	var timeout time.Duration
	var live bool
	cmd := &cobra.Command{
		Use:   "health HOST:PORT…",
		Short: "Ask components whether they are ready, and why not",
		Long: `Ask components at their admin addresses whether they are ready, and why not.
Exit status 1: one of them is not, or does not answer.`,
		Example: `  odograph health collector:9101 enricher:9102 sink:9103
  odograph health --live 127.0.0.1:9101`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, addresses []string) error {
			path := "/readyz"
			if live {
				path = "/livez"
			}
			ok := true
			for _, address := range addresses {
				reasons, err := askHealth(cmd.Context(), "http://"+address+path, timeout)
				ok = sayHealth(cmd.OutOrStdout(), address, reasons, err) && ok
			}
			if !ok {
				return errNotReady
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 3*time.Second, "how long each may take to answer")
	cmd.Flags().BoolVar(&live, "live", false, "only whether they answer at all")
	return cmd
}

// askHealth gives the checks that are not fine, with what each says.
func askHealth(ctx context.Context, url string, timeout time.Duration) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
		return nil, nil
	case http.StatusServiceUnavailable:
		var body struct{ Reasons map[string]string }
		if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&body); err != nil || len(body.Reasons) == 0 {
			return nil, fmt.Errorf("answers %s", resp.Status)
		}
		return body.Reasons, nil
	}
	return nil, fmt.Errorf("answers %s: want the admin address of a component", resp.Status)
}

func sayHealth(out io.Writer, address string, reasons map[string]string, err error) bool {
	switch {
	case err != nil:
		_, _ = fmt.Fprintf(out, "%-24s does not answer: %v\n", address, err)
	case len(reasons) == 0:
		_, _ = fmt.Fprintf(out, "%-24s ready\n", address)
	default:
		_, _ = fmt.Fprintf(out, "%-24s not ready\n", address)
		for _, check := range slices.Sorted(maps.Keys(reasons)) {
			_, _ = fmt.Fprintf(out, "  %-22s %s\n", check, reasons[check])
		}
	}
	return err == nil && len(reasons) == 0
}
