package openapi

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// A Token is what calls prove themselves with. It is a secret.
type Token struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expires time.Time `json:"expires"`
	Fetched time.Time `json:"fetched"`
}

// String hides the token.
func (t Token) String() string { return "token until " + t.Expires.UTC().Format(time.RFC3339) }

// LogValue hides the token.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// A TokenStore keeps an account's token where every client of the account
// finds it: on the platform a new token ends the one before (A9).
type TokenStore interface {
	// Load gives the newest token, or a zero one.
	Load(ctx context.Context) (Token, error)
	Save(ctx context.Context, t Token) error
}

// memory is the store of a client that shares its token with nobody.
type memory struct {
	mu sync.Mutex
	t  Token
}

func (m *memory) Load(context.Context) (Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.t, nil
}

func (m *memory) Save(_ context.Context, t Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.t = t
	return nil
}

const (
	tokenLife  = 2 * time.Hour    // asked for; the platform allows 60 s to 7200 s (A8)
	fetchEvery = time.Minute      // at most (reference 3.1)
	mostAhead  = 10 * time.Minute // of expiry, a token is renewed
	awaitEvery = 500 * time.Millisecond
	retryAfter = 2 * time.Second // a token could not be asked for
)

// usable tells whether a token lives long enough for one more call.
func usable(t Token, now time.Time) bool { return t.Access != "" && now.Before(t.Expires) }

// old tells whether a token is to be renewed: ahead of its end, by a quarter of
// its life and at most ten minutes.
func old(t Token, now time.Time) bool {
	ahead := min(t.Expires.Sub(t.Fetched)/4, mostAhead)
	return !now.Before(t.Expires.Add(-ahead))
}

// holder hands out an account's token. One goroutine fetches, the others wait,
// each no longer than its own context.
type holder struct {
	c    *Client
	turn chan struct{} // holds one element while somebody looks after the token
	// refused is the token that the platform did not take: it is not used again.
	refused string
	next    time.Time // not before then is a token asked for
}

// token gives a token that is thought to be good.
func (h *holder) token(ctx context.Context) (string, error) {
	for {
		select {
		case h.turn <- struct{}{}:
		case <-ctx.Done():
			return "", ctx.Err()
		}
		access, wait, err := h.look(ctx)
		<-h.turn
		if err != nil || access != "" {
			return access, err
		}
		if err := h.c.wait(ctx, wait); err != nil {
			return "", err
		}
	}
}

// look gives the token, or how long to wait before looking again.
func (h *holder) look(ctx context.Context) (access string, wait time.Duration, err error) {
	t, err := h.c.opts.Store.Load(ctx)
	if err != nil {
		return "", 0, err
	}
	now := h.c.opts.Now()
	good := usable(t, now) && t.Access != h.refused
	mine := h.c.opts.MayFetch == nil || h.c.opts.MayFetch()
	early := now.Before(h.next)
	switch {
	case good && (!mine || early || !old(t, now)):
		return t.Access, 0, nil
	case !mine: // another client of the account holds the token
		return "", awaitEvery, nil
	case early:
		return "", h.next.Sub(now), nil
	}
	next, err := h.fetch(ctx, t, good)
	if err == nil {
		err = h.c.opts.Store.Save(ctx, next)
	}
	switch {
	case err == nil:
		h.refused = ""
		return next.Access, 0, nil
	case good:
		return t.Access, 0, nil // it lives on for a while
	}
	return "", 0, err
}

// fetch renews a token that is still good, and else asks for a new one.
func (h *holder) fetch(ctx context.Context, t Token, good bool) (Token, error) {
	began := h.c.opts.Now()
	h.next = began.Add(fetchEvery)
	var answer TokenAnswer
	var err error
	if good && t.Refresh != "" {
		answer, err = single(ctx, h.c, &TokenRefresh, TokenRefreshParams{AccessToken: t.Access, RefreshToken: t.Refresh, ExpiresIn: int(tokenLife.Seconds())}, "")
	}
	if !good || t.Refresh == "" || err != nil {
		answer, err = single(ctx, h.c, &TokenGet, TokenGetParams{UserID: h.c.account.User, PasswordMD5: h.c.account.PasswordMD5, ExpiresIn: int(tokenLife.Seconds())}, "")
	}
	if err != nil {
		if ClassOf(err) == ClassTransient { // no token was given: the minute does not count
			h.next = began.Add(retryAfter)
		}
		return Token{}, err
	}
	life := tokenLife
	if answer.ExpiresIn.Valid && answer.ExpiresIn.Value > 0 {
		life = time.Duration(answer.ExpiresIn.Value * float64(time.Second))
	}
	if answer.AccessToken == "" {
		return Token{}, &Error{Method: TokenGet.Name, Class: ClassAuth, Message: "the answer holds no token", Hint: regionHint}
	}
	h.c.opts.Log.Info("new token", "account", h.c.account.Name, "valid_for", life.String())
	return Token{Access: string(answer.AccessToken), Refresh: string(answer.RefreshToken), Expires: began.Add(life), Fetched: began}, nil
}

// drop says that the platform did not take a token.
func (h *holder) drop(access string) {
	h.turn <- struct{}{}
	h.refused = access
	<-h.turn
}
