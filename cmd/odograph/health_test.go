package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	runner "github.com/odograph/odograph/internal/run"
)

func TestHealth(t *testing.T) {
	ready := runner.NewReadiness("kafka")
	server := httptest.NewServer(runner.AdminHandler(runner.NewRegistry(), ready))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	ask := func(args ...string) (string, error) {
		var out bytes.Buffer
		cmd := rootCommand()
		cmd.SetOut(&out)
		cmd.SetArgs(append([]string{"health"}, args...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	if out, err := ask(address); !errors.Is(err, errNotReady) || !strings.Contains(out, "kafka") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := ask("--live", address); err != nil {
		t.Errorf("it answers: %v", err)
	}
	ready.Set("kafka", nil)
	if out, err := ask(address); err != nil || !strings.Contains(out, " ready") {
		t.Errorf("%v\n%s", err, out)
	}
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "{}")
	}))
	defer silent.Close()
	if out, err := ask(strings.TrimPrefix(silent.URL, "http://")); !errors.Is(err, errNotReady) || !strings.Contains(out, "503") {
		t.Errorf("a 503 without reasons: %v\n%s", err, out)
	}
	server.Close()
	if out, err := ask(address); !errors.Is(err, errNotReady) || !strings.Contains(out, "does not answer") {
		t.Errorf("%v\n%s", err, out)
	}
}
