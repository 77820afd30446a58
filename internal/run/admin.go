package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/pprof"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Readiness holds why a component is not ready, by check.
type Readiness struct {
	mu      sync.Mutex
	reasons map[string]string
}

// NewReadiness makes a component that is not ready until each named check was
// set to nil.
func NewReadiness(checks ...string) *Readiness {
	r := &Readiness{reasons: map[string]string{}}
	for _, c := range checks {
		r.reasons[c] = "starting"
	}
	return r
}

// Set records the outcome of a check; nil means that it is fine.
func (r *Readiness) Set(check string, reason error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if reason == nil {
		delete(r.reasons, check)
		return
	}
	r.reasons[check] = reason.Error()
}

// Reasons are the checks that are not fine; none means ready.
func (r *Readiness) Reasons() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.reasons)
}

// NewRegistry is a metrics registry with the process's own figures and its version.
func NewRegistry() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo())
	return reg
}

// Admin serves /livez, /readyz, /metrics and /debug/pprof on an address that
// must stay private.
func Admin(listen string, reg *prometheus.Registry, ready *Readiness, log *slog.Logger) Part {
	return Part{Name: "admin", Run: func(ctx context.Context) error {
		l, err := net.Listen("tcp", listen)
		if err != nil {
			return fmt.Errorf("admin_listen %s: %w (another process has it? set --admin-listen or ODOGRAPH_ADMIN_LISTEN)", listen, err)
		}
		srv := &http.Server{Handler: AdminHandler(reg, ready), ReadHeaderTimeout: 5 * time.Second}
		context.AfterFunc(ctx, func() { _ = srv.Close() })
		log.Info("admin listening", "address", l.Addr().String())
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}}
}

// AdminHandler is what Admin serves.
func AdminHandler(reg *prometheus.Registry, ready *Readiness) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { writeReadiness(w, ready.Reasons()) })
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

func writeReadiness(w http.ResponseWriter, reasons map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	if len(reasons) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(struct {
		Ready   bool              `json:"ready"`
		Reasons map[string]string `json:"reasons,omitempty"`
	}{len(reasons) == 0, reasons})
}
