package openapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// An Account is an account on the platform with the node that serves it.
type Account struct {
	Name           string // ours, in logs and metrics
	URL            string // of the node, https://eu-open.tracksolidpro.com/route/rest
	AppKey         string
	AppSecret      string
	User           string
	PasswordMD5    string // lower-case hex
	Target         string // account whose devices are asked for; empty: User
	AllowHTTP      bool   // plain http shows every token to the network
	CallsPerMinute int    // 0: 60
}

// String names the account without its secrets.
func (a Account) String() string { return "account " + a.Name + " at " + a.URL }

// GoString hides the secrets.
func (a Account) GoString() string { return a.String() }

// LogValue hides the secrets.
func (a Account) LogValue() slog.Value { return slog.StringValue(a.String()) }

// Options are what a client may be given; the zero value will do.
type Options struct {
	HTTP      *http.Client
	Store     TokenStore  // of the account's token; nil: this client's alone
	MayFetch  func() bool // whether this client is the one that asks for tokens; nil: it is
	Now       func() time.Time
	Log       *slog.Logger
	UserAgent string
	Observe   func(CallStats) // is told of every call
	Backoff   func() backoff.BackOff
}

// CallStats are about one call.
type CallStats struct {
	Method   string
	Duration time.Duration
	Class    Class // of its error; empty where it went well
	Rows     int
}

// A Client calls the platform for one account. Its methods may be called at
// the same time.
type Client struct {
	account Account
	opts    Options
	holder  holder
	budget  *budget
	mu      sync.Mutex
	calls   map[string]int64
}

// NewClient checks the account; it makes no call.
func NewClient(a Account, o Options) (*Client, error) {
	u, err := url.Parse(a.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "":
		return nil, errors.New("the platform's address is wrong, want one such as https://eu-open.tracksolidpro.com/route/rest")
	case u.Scheme == "http" && !a.AllowHTTP:
		return nil, fmt.Errorf("%s: plain http shows every token to the network; use https, or allow http", a.URL)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%s: want https", a.URL)
	}
	if a.Target == "" {
		a.Target = a.User
	}
	if a.CallsPerMinute <= 0 {
		a.CallsPerMinute = 60
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{}
	}
	own := *o.HTTP
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	o.HTTP = &own
	if o.Store == nil {
		o.Store = &memory{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.UserAgent == "" {
		o.UserAgent = "odograph"
	}
	if o.Backoff == nil {
		o.Backoff = func() backoff.BackOff {
			b := backoff.NewExponentialBackOff()
			b.InitialInterval, b.MaxInterval = time.Second, 30*time.Second
			return b
		}
	}
	c := &Client{account: a, opts: o, budget: newBudget(a.CallsPerMinute), calls: map[string]int64{}}
	c.holder.c, c.holder.turn = c, make(chan struct{}, 1)
	return c, nil
}

// Budget says whether calls are possible at present.
func (c *Client) Budget() Budget { return c.budget.state(c.opts.Now()) }

// CallsMade counts the calls by method.
func (c *Client) CallsMade() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.calls)
}

func (c *Client) wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

const (
	maxTries    = 4
	maxAnswer   = 64 << 20
	callTimeout = time.Minute
)

// A request is one call as it is sent.
type request struct {
	method  string
	mutates bool
	timeout time.Duration
	params  map[string]string
	open    bool // needs no token
}

// send makes one call good: within the budget, with a token, again where that
// is safe and may help. A token that is refused is dropped once.
func (c *Client) send(ctx context.Context, r request) (answer, error) {
	dropped := false
	try := func() (answer, error) {
		for {
			token := ""
			if !r.open {
				var err error
				if token, err = c.holder.token(ctx); err != nil {
					if !again(err, false) { // nothing of the call itself was sent
						err = final(err)
					}
					return answer{}, err
				}
			}
			if err := c.budget.acquire(ctx, c, r.method); err != nil {
				return answer{}, final(err)
			}
			a, err := c.once(ctx, r, token)
			var refused *Error
			if errors.As(err, &refused) && (refused.Code == "1004" || refused.Code == "401") && !r.open && !dropped {
				dropped = true
				c.holder.drop(token)
				continue
			}
			if !again(err, r.mutates) {
				err = final(err)
			}
			return a, err
		}
	}
	a, err := backoff.Retry(ctx, try, backoff.WithBackOff(c.opts.Backoff()), backoff.WithMaxTries(maxTries), backoff.WithMaxElapsedTime(0))
	var permanent *backoff.PermanentError
	if errors.As(err, &permanent) {
		err = permanent.Unwrap()
	}
	return a, err
}

func final(err error) error {
	if err == nil {
		return nil
	}
	return backoff.Permanent(err)
}

// again tells whether the same call may do later. A call that changes something
// is repeated only where the platform has said that it did nothing.
func again(err error, mutates bool) bool {
	switch ClassOf(err) {
	case ClassRate:
		return true
	case ClassTransient:
		var e *Error
		return !mutates && errors.As(err, &e) && e.Code != "1207" && e.Code != "225"
	}
	return false
}

// once sends a call.
func (c *Client) once(ctx context.Context, r request, token string) (a answer, err error) {
	start := time.Now()
	defer func() {
		class := ClassOf(err)
		if err != nil && class == "" {
			class = ClassTransient
		}
		c.budget.answered(class, c.opts.Now())
		c.mu.Lock()
		c.calls[r.method]++
		c.mu.Unlock()
		if c.opts.Observe != nil {
			c.opts.Observe(CallStats{r.method, time.Since(start), class, len(a.rows)})
		}
	}()
	timeout := r.timeout
	if timeout == 0 {
		timeout = callTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	form := c.signed(r, token)
	body, err := c.post(ctx, c.account.URL, form, r.method)
	if err != nil {
		return answer{}, err
	}
	if a, err = parseAnswer(body); err != nil {
		return answer{}, &Error{Method: r.method, Class: ClassTransient, Err: err}
	}
	if a.code != "0" {
		return answer{}, refusal(r.method, a.code, c.redact(a.message, form))
	}
	return a, nil
}

// redact hides what a message may have taken over from the call.
func (c *Client) redact(message string, form url.Values) string {
	for _, secret := range []string{
		form.Get("access_token"), form.Get("refresh_token"), form.Get("sign"), c.account.AppSecret, c.account.PasswordMD5,
	} {
		if secret != "" {
			message = strings.ReplaceAll(message, secret, "***")
		}
	}
	return message
}

// signed are a call's parameters with those that every call has (reference 1).
func (c *Client) signed(r request, token string) url.Values {
	params := maps.Clone(r.params)
	params["method"] = r.method
	params["app_key"] = c.account.AppKey
	params["timestamp"] = c.opts.Now().UTC().Format(platformTime)
	params["sign_method"] = "md5"
	params["v"] = "1.0"
	params["format"] = "json"
	if token != "" {
		params["access_token"] = token
	}
	form := url.Values{}
	for name, value := range params {
		if value != "" {
			form.Set(name, value)
		}
	}
	form.Set("sign", Sign(c.account.AppSecret, params))
	return form
}

// post sends a form and reads the answer. Its errors name no address: the
// transport's would.
func (c *Client) post(ctx context.Context, address string, form url.Values, method string) ([]byte, error) {
	transient := func(err error) error { return &Error{Method: method, Class: ClassTransient, Err: err} }
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, transient(errors.New("the request could not be made"))
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", c.opts.UserAgent)
	resp, err := c.opts.HTTP.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, transient(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, transient(fmt.Errorf("the answer ended early: %w", err))
	case len(body) > maxAnswer:
		return nil, &Error{Method: method, Class: ClassParameter, Message: "the answer is larger than 64 MiB", Hint: "ask for a shorter time"}
	case resp.StatusCode == http.StatusUnauthorized:
		return nil, refusal(method, "401", http.StatusText(resp.StatusCode))
	case resp.StatusCode == http.StatusTooManyRequests:
		return nil, refusal(method, "1006", http.StatusText(resp.StatusCode))
	case resp.StatusCode != http.StatusOK:
		class := ClassTransient
		if resp.StatusCode < 500 {
			class = ClassParameter
		}
		return nil, &Error{Method: method, Class: class, Code: "HTTP " + strconv.Itoa(resp.StatusCode), Hint: "is the address that of the platform's API (…/route/rest)?"}
	}
	return body, nil
}

// single makes one call and reads its only row.
func single[P, R any](ctx context.Context, c *Client, m *Method[P, R], p P, target string) (out R, err error) {
	pl, err := planOf(m.Name, p, target)
	if err != nil {
		return out, err
	}
	a, err := c.once(ctx, request{method: m.Name, mutates: true, params: pl.fixed, open: true}, "")
	if err != nil || len(a.rows) == 0 {
		return out, err
	}
	if err := json.Unmarshal(a.rows[0], &out); err != nil {
		return out, &Error{Method: m.Name, Class: ClassTransient, Err: errors.New("the answer is not of the documented form")}
	}
	return out, nil
}
