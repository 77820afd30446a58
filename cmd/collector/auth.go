package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/netip"

	"github.com/odograph/odograph/internal/config"
)

// An authority decides whose pushes are accepted. Tokens are compared by their
// hashes, in constant time and all of them, so that neither their length nor
// which of them matched shows in the time that it takes.
type authority struct {
	hashes   [][sha256.Size]byte
	networks []netip.Prefix
	insecure bool
}

func newAuthority(cfg *Config) (*authority, error) {
	networks, err := cfg.allowed()
	if err != nil {
		return nil, err
	}
	a := &authority{networks: networks, insecure: cfg.PushInsecure}
	for _, t := range cfg.PushTokens {
		a.hashes = append(a.hashes, hashToken(t))
	}
	return a, nil
}

func hashToken(t config.Secret) [sha256.Size]byte { return sha256.Sum256([]byte(t.Reveal())) }

// token tells whether one of the given tokens is accepted.
func (a *authority) token(given ...[]byte) bool {
	match := 0
	for _, g := range given {
		h := sha256.Sum256(g)
		for i := range a.hashes {
			match |= subtle.ConstantTimeCompare(h[:], a.hashes[i][:])
		}
	}
	return match == 1
}

// address tells whether pushes from an address need no token. The address is
// the connection's: a header such as X-Forwarded-For may be written by anyone.
func (a *authority) address(remote string) bool {
	if a.insecure {
		return true
	}
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	for _, n := range a.networks {
		if n.Contains(at.Addr().Unmap()) {
			return true
		}
	}
	return false
}
