package polls

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/odograph/odograph/pkg/jimi/openapi"
)

// A TokenStore keeps an account's token in the ledger, so that all replicas
// and the operator's command use the same one: on the platform a new token
// ends the one before. It is sealed with a key made from the account's secret,
// so that reading the topic is not enough to use it.
type TokenStore struct {
	ledger *Ledger
	key    string
	name   string
	seal   cipher.AEAD
}

// NewTokenStore gives the store of an account.
func NewTokenStore(l *Ledger, a openapi.Account) (*TokenStore, error) {
	key := sha256.Sum256([]byte("odograph token\x00" + a.AppSecret + "\x00" + a.PasswordMD5))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &TokenStore{ledger: l, key: "token/" + a.Name, name: a.Name, seal: seal}, nil
}

var errSealed = errors.New("the stored token cannot be opened: the account's secret has changed; a new token is fetched")

// Load gives the newest token, or none.
func (s *TokenStore) Load(context.Context) (openapi.Token, error) {
	var sealed []byte
	found, err := s.ledger.Get(s.key, &sealed)
	if err != nil || !found {
		return openapi.Token{}, err
	}
	n := s.seal.NonceSize()
	if len(sealed) < n {
		return openapi.Token{}, nil
	}
	b, err := s.seal.Open(nil, sealed[:n], sealed[n:], []byte(s.key))
	if err != nil {
		s.ledger.log.Warn(errSealed.Error(), "account", s.name)
		return openapi.Token{}, nil //nolint:nilerr // a token that cannot be opened is none
	}
	var t openapi.Token
	if err := json.Unmarshal(b, &t); err != nil {
		return openapi.Token{}, fmt.Errorf("token of account %s: %w", s.name, err)
	}
	return t, nil
}

// Save keeps a token for everybody.
func (s *TokenStore) Save(ctx context.Context, t openapi.Token) error {
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	nonce := make([]byte, s.seal.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return err
	}
	partition, err := s.ledger.PartitionOf(ctx, s.name)
	if err != nil {
		return err
	}
	return s.ledger.Put(ctx, partition, s.key, s.seal.Seal(nonce, nonce, b, []byte(s.key)))
}
