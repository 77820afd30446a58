package run_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/run"
)

var quiet = slog.New(slog.DiscardHandler)

// journal records what happens, in order.
type journal struct {
	mu   sync.Mutex
	text []string
}

func (j *journal) add(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text = append(j.text, s)
}

func (j *journal) part(name string) run.Part {
	return run.Part{Name: name, Run: func(ctx context.Context) error {
		<-ctx.Done()
		j.add(name)
		return nil
	}}
}

func TestStopsInReverse(t *testing.T) {
	var j journal
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run.Run(ctx, quiet, time.Second, j.part("sink"), j.part("queue"), j.part("intake")); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(j.text, " "); got != "intake queue sink" {
		t.Errorf("stopped %s", got)
	}
}

func TestFirstFailureStopsAll(t *testing.T) {
	var j journal
	boom := errors.New("boom")
	err := run.Run(t.Context(), quiet, time.Second, j.part("sink"),
		run.Part{Name: "intake", Run: func(context.Context) error { return boom }})
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "intake") || len(j.text) != 1 {
		t.Errorf("got %v, stopped %v", err, j.text)
	}
}

func TestDeadline(t *testing.T) {
	var j journal
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	stuck := make(chan struct{})
	defer close(stuck)
	err := run.Run(ctx, quiet, 50*time.Millisecond, j.part("sink"),
		run.Part{Name: "stuck", Run: func(context.Context) error { <-stuck; return nil }})
	if !errors.Is(err, run.ErrDeadline) || !strings.Contains(err.Error(), "stuck") {
		t.Errorf("got %v", err)
	}
}

// TestSignals runs itself as a process: the first signal drains, the second
// quits at once.
func TestSignals(t *testing.T) {
	if os.Getenv("RUN_TEST_CHILD") != "" {
		_ = run.Run(context.Background(), quiet, time.Minute, run.Part{Name: "slow", Run: func(ctx context.Context) error {
			_, _ = os.Stdout.WriteString("started\n")
			<-ctx.Done()
			_, _ = os.Stdout.WriteString("draining\n")
			time.Sleep(time.Minute)
			return nil
		}})
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestSignals$")
	child.Env = append(os.Environ(), "RUN_TEST_CHILD=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"started", "draining"} {
		if line := readLine(t, out); line != want {
			t.Fatalf("got %q, want %q", line, want)
		}
		// After "draining" the handler of the second signal may still be on its way in.
		time.Sleep(50 * time.Millisecond)
		if err := child.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("ended with %v, want exit 130", err)
	}
}

func readLine(t *testing.T, r io.Reader) string {
	t.Helper()
	var line bytes.Buffer
	for b := make([]byte, 1); ; {
		if _, err := r.Read(b); err != nil {
			t.Fatal(err)
		}
		if b[0] == '\n' {
			return line.String()
		}
		line.Write(b)
	}
}

func TestReadiness(t *testing.T) {
	ready := run.NewReadiness("assignment", "spool")
	h := run.AdminHandler(run.NewRegistry(), ready)
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	ready.Set("assignment", nil)
	ready.Set("spool", errors.New("3 items wait"))
	if code, body := get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, `"spool":"3 items wait"`) || strings.Contains(body, "assignment") {
		t.Errorf("got %d %s", code, body)
	}
	ready.Set("spool", nil)
	if code, _ := get("/readyz"); code != http.StatusOK {
		t.Errorf("got %d, want 200", code)
	}
	for _, path := range []string{"/livez", "/metrics", "/debug/pprof/"} {
		if code, _ := get(path); code != http.StatusOK {
			t.Errorf("%s: got %d", path, code)
		}
	}
}
