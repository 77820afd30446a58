package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/odograph/odograph/internal/run"
	"github.com/odograph/odograph/pkg/jimi"
	"github.com/odograph/odograph/pkg/schema"
)

// An acceptor makes items durable: it returns nil once Kafka or the spool has
// all of them.
type acceptor interface {
	accept(ctx context.Context, items []item) (via string, err error)
}

// errOverloaded asks the sender to come again later.
var errOverloaded = errors.New("neither Kafka nor the spool can take the items now")

// A webhook answers the platform's pushes.
type webhook struct {
	cfg     *Config
	who     *authority
	intake  acceptor
	log     *slog.Logger
	metrics *metrics
	slots   chan struct{}
	buffers sync.Pool

	boot string
	seq  atomic.Uint64
	now  func() time.Time
}

func newWebhook(cfg *Config, intake acceptor, log *slog.Logger, m *metrics) (*webhook, error) {
	who, err := newAuthority(cfg)
	if err != nil {
		return nil, err
	}
	var boot [8]byte
	if _, err := rand.Read(boot[:]); err != nil {
		return nil, err
	}
	return &webhook{
		cfg: cfg, who: who, intake: intake, log: log, metrics: m, slots: make(chan struct{}, cfg.MaxRequests),
		boot: hex.EncodeToString(boot[:]), now: time.Now,
	}, nil
}

// A target is what a request's path asks for.
type target struct {
	kind      jimi.Kind
	system    system
	pathToken []byte
}

// A system is one of the three push systems; they differ in their answers.
type system int

const (
	iothub system = iota
	openAPI
	tag
)

const (
	openAPIPath = "/openapi"
	tokenPrefix = "/t/"
)

// route reads a path. The token in /t/{token}/… goes no further than the check.
func route(path string) target {
	var t target
	if rest, ok := strings.CutPrefix(path, tokenPrefix); ok {
		token, sub, _ := strings.Cut(rest, "/")
		t.pathToken, path = []byte(token), "/"+sub
	}
	path = strings.ToLower(strings.TrimSuffix(path, "/"))
	kind, known := jimi.LookupPath(path)
	switch {
	case strings.HasSuffix(path, openAPIPath):
		t.system = openAPI
		t.kind = jimi.Kind{Name: jimi.PrefixOpenAPI, Class: jimi.ClassMessage}
	case known:
		t.kind = kind
		if kind.Name == "tag.data" {
			t.system = tag
		}
	default:
		t.kind = jimi.Kind{Name: jimi.PrefixUnknown + kindName(path), Class: jimi.ClassMessage}
	}
	return t
}

// kindName makes a short, plain name of what a sender wrote.
func kindName(s string) string {
	s = strings.Trim(strings.ToLower(s), "/ ")
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' || r == '/' {
			return r
		}
		return '_'
	}, s)
	if s == "" {
		return "none"
	}
	return s[:min(len(s), 64)]
}

// ServeHTTP takes one push.
func (h *webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t := route(r.URL.Path)
	a := h.handle(&t, w, r)
	a.kind = t.label()
	h.metrics.request(a)
	a.write(w, t.system)
}

// label is the kind as metrics name it: unknown paths would make a label each.
func (t target) label() string {
	switch {
	case t.system == openAPI:
		return "openapi"
	case t.unknown():
		return "unknown"
	}
	return t.kind.Name
}

func (t target) unknown() bool { return strings.HasPrefix(t.kind.Name, jimi.PrefixUnknown) }

// handle may find in the body that t is another system's.
func (h *webhook) handle(t *target, w http.ResponseWriter, r *http.Request) answer {
	switch r.Method {
	case http.MethodGet, http.MethodHead: // sent when the URL is registered
		return success(0)
	case http.MethodPost:
	default:
		return refuse(http.StatusMethodNotAllowed, "want POST")
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		return refuse(http.StatusServiceUnavailable, "too many requests at the same time")
	}
	if r.ContentLength > h.cfg.MaxBodyBytes {
		return h.tooLarge()
	}
	buf := h.buffer()
	raw, err := readBody(buf, http.MaxBytesReader(w, r.Body, h.cfg.MaxBodyBytes))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return h.tooLarge()
	case err != nil:
		return refuse(http.StatusBadRequest, "the body ended early")
	case len(raw) == 0: // sent when the URL is registered
		return success(0)
	}
	b, err := parseBody(r.Header.Get("Content-Type"), raw)
	query := r.URL.Query()
	if !h.who.address(r.RemoteAddr) && !h.who.token(t.pathToken, b.token, []byte(query.Get("token"))) {
		return h.unauthorized(r)
	}
	if len(b.msgType) == 0 {
		b.msgType = []byte(query.Get("msgType"))
	}
	if t.unknown() && isTypeName(b.msgType) { // the address was registered without a path
		t.system = openAPI
	}
	a, done := h.take(r.Context(), *t, &b, err)
	if done {
		h.buffers.Put(buf)
	}
	return a
}

func (h *webhook) buffer() *bytes.Buffer {
	if b, ok := h.buffers.Get().(*bytes.Buffer); ok {
		b.Reset()
		return b
	}
	return new(bytes.Buffer)
}

func readBody(buf *bytes.Buffer, r io.Reader) ([]byte, error) {
	_, err := buf.ReadFrom(r)
	return buf.Bytes(), err
}

func (h *webhook) tooLarge() answer {
	return refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes", h.cfg.MaxBodyBytes))
}

func (h *webhook) unauthorized(r *http.Request) answer {
	h.metrics.unauthorized.Inc()
	h.log.Warn("push with a wrong token refused", "remote", r.RemoteAddr, "kind", route(r.URL.Path).label())
	a := refuse(http.StatusUnauthorized, "wrong token")
	a.status = h.cfg.UnauthorizedStatus
	return a
}

// take makes the items of a body durable. done tells that nothing refers to
// the body any more.
func (h *webhook) take(ctx context.Context, t target, b *body, broken error) (a answer, done bool) {
	kind := t.kind.Name
	if t.system == openAPI {
		kind = jimi.PrefixOpenAPI + kindName(string(b.msgType))
	}
	headers := schema.RawHeaders{Kind: kind, Source: sourceOf(t.system), Account: h.cfg.Account, Received: h.now().UTC()}
	var items []item
	if broken == nil {
		broken = b.items(func(value []byte) { items = append(items, h.item(headers, b, value)) })
	}
	if broken != nil {
		headers.Kind = jimi.KindUndecodable
		whole := h.item(headers, b, b.withoutToken())
		whole.key = nil
		items = append(items[:0], whole)
	}
	start := time.Now()
	via, err := h.intake.accept(ctx, items)
	if err != nil {
		h.log.Error("items not accepted, the sender is asked to come again", "items", len(items), "error", err)
		return refuse(http.StatusServiceUnavailable, errOverloaded.Error()), false
	}
	h.metrics.accepted(via, time.Since(start), items)
	if broken != nil {
		h.log.Warn("undecodable body kept as a dead letter", "kind", t.label(), "error", broken)
		return refuse(http.StatusBadRequest, broken.Error()), via == viaKafka
	}
	return success(len(items)), via == viaKafka
}

func sourceOf(s system) schema.Source {
	switch s {
	case openAPI:
		return schema.SourceOpenAPI
	case tag:
		return schema.SourceTag
	default:
		return schema.SourcePush
	}
}

func (h *webhook) item(headers schema.RawHeaders, b *body, value []byte) item {
	headers.ItemID = h.boot + "-" + strconv.FormatUint(h.seq.Add(1), 36)
	headers.MsgType = string(b.msgType)
	it := item{value: value, headers: headers}
	if imei, ok := jimi.IMEI(value); ok {
		it.key = []byte(imei)
	}
	return it
}

// serve is the part that listens for pushes.
func (h *webhook) serve() run.Part {
	return run.Part{Name: "webhook", Run: func(ctx context.Context) error {
		l, err := net.Listen("tcp", h.cfg.Listen)
		if err != nil {
			return fmt.Errorf("listen %s: %w (another process has it? set --listen or ODOGRAPH_LISTEN)", h.cfg.Listen, err)
		}
		srv := &http.Server{
			Handler:           h,
			ReadHeaderTimeout: h.cfg.ReadTimeout,
			ReadTimeout:       h.cfg.ReadTimeout,
			WriteTimeout:      h.cfg.ReadTimeout + 2*h.cfg.KafkaWait + 10*time.Second,
			IdleTimeout:       h.cfg.IdleTimeout,
			MaxHeaderBytes:    32 << 10,
			ErrorLog:          slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
		}
		h.log.Info("listening for pushes", "address", l.Addr().String())
		served := make(chan error, 1)
		go func() { served <- srv.Serve(l) }()
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.cfg.StopTimeout)
		defer cancel()
		return srv.Shutdown(shutdown)
	}}
}
