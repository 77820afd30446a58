package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/odograph/odograph/cmd/collector/poll"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/pkg/schema"
)

// Config is what a collector can be told.
type Config struct {
	config.Kafka   `koanf:",squash"`
	config.Process `koanf:",squash"`
	Poll           poll.Config `koanf:",squash"`

	Listen             string          `koanf:"listen" usage:"public webhook address"`
	PushTokens         []config.Secret `koanf:"push_tokens" usage:"push tokens that are accepted"`
	PushAllow          []string        `koanf:"push_allow" usage:"networks (CIDR) whose pushes need no token"`
	PushInsecure       bool            `koanf:"push_insecure" usage:"accept every push without a token"`
	UnauthorizedStatus int             `koanf:"unauthorized_status" usage:"HTTP status for a wrong token: 401, or 200 with code 401 in the body"`
	Account            string          `koanf:"account" usage:"account that pushed items are marked with"`

	MaxBodyBytes  int64         `koanf:"max_body_bytes" usage:"largest request body"`
	MaxRequests   int           `koanf:"max_requests" usage:"requests handled at the same time; more are answered 503"`
	ReadTimeout   time.Duration `koanf:"read_timeout" usage:"how long a client may take to send a request"`
	IdleTimeout   time.Duration `koanf:"idle_timeout" usage:"how long a connection may rest between requests"`
	KafkaWait     time.Duration `koanf:"kafka_wait" usage:"how long a request waits for Kafka before its items go to the spool"`
	SpoolDir      string        `koanf:"spool_dir" usage:"folder of the local spool"`
	SpoolMaxBytes int64         `koanf:"spool_max_bytes" usage:"most the spool may take; beyond it pushes are answered 503"`
	StopTimeout   time.Duration `koanf:"stop_timeout" usage:"how long a stop may take"`
}

// DefaultConfig suits one machine.
func DefaultConfig() Config {
	return Config{
		Kafka:              config.DefaultKafka(),
		Process:            config.DefaultProcess(":9101"),
		Poll:               poll.DefaultConfig(),
		Listen:             ":8080",
		UnauthorizedStatus: http.StatusUnauthorized,
		MaxBodyBytes:       4 << 20,
		MaxRequests:        256,
		ReadTimeout:        15 * time.Second,
		IdleTimeout:        2 * time.Minute,
		KafkaWait:          2 * time.Second,
		SpoolDir:           "spool/",
		SpoolMaxBytes:      4 << 30,
		StopTimeout:        20 * time.Second,
	}
}

// Validate names every wrong value.
func (c *Config) Validate() error {
	errs := []error{c.Kafka.Validate(), c.Process.Validate(), c.Poll.Validate()}
	check := func(ok bool, key string, value any, want string) {
		if !ok {
			errs = append(errs, config.Invalid(key, value, want))
		}
	}
	check(config.ListenAddress(c.Listen), "listen", c.Listen, "host:port or :port")
	for _, t := range c.PushTokens {
		check(t != "", "push_tokens", "", "texts that are not empty")
	}
	if _, err := c.allowed(); err != nil {
		errs = append(errs, err)
	}
	check(c.PushInsecure || len(c.PushTokens)+len(c.PushAllow) > 0, "push_tokens", "",
		"at least one token, or networks in push_allow, or push_insecure = true: otherwise every push would be refused")
	check(c.UnauthorizedStatus == http.StatusUnauthorized || c.UnauthorizedStatus == http.StatusOK,
		"unauthorized_status", c.UnauthorizedStatus, "401 or 200")
	// A dead letter carries the body in base64 beside its reason.
	const most = schema.MaxRecordBytes / 2
	check(c.MaxBodyBytes >= 1<<10 && c.MaxBodyBytes <= most, "max_body_bytes", c.MaxBodyBytes, fmt.Sprintf("1024 to %d", most))
	check(c.MaxRequests >= 1, "max_requests", c.MaxRequests, "1 or more")
	check(c.ReadTimeout > 0, "read_timeout", c.ReadTimeout, "a positive duration")
	check(c.IdleTimeout > 0, "idle_timeout", c.IdleTimeout, "a positive duration")
	check(c.KafkaWait > 0, "kafka_wait", c.KafkaWait, "a positive duration")
	check(c.SpoolDir != "", "spool_dir", c.SpoolDir, "a folder")
	check(c.SpoolMaxBytes >= 2*most, "spool_max_bytes", c.SpoolMaxBytes, fmt.Sprintf("at least %d", 2*most))
	check(c.StopTimeout > 0, "stop_timeout", c.StopTimeout, "a positive duration")
	return errors.Join(errs...)
}

// allowed are the networks whose pushes need no token.
func (c *Config) allowed() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.PushAllow {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, config.Invalid("push_allow", s, "networks such as 10.0.0.0/8 or 2001:db8::/32")
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
