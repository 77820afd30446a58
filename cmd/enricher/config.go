package main

import (
	"errors"
	"time"

	"github.com/odograph/odograph/internal/config"
)

// Config is what an enricher can be told.
type Config struct {
	config.Kafka   `koanf:",squash"`
	config.Process `koanf:",squash"`

	Rules     string        `koanf:"rules" usage:"YAML file with the rules of what is derived (empty: those that come with Odograph, see odograph rules)"`
	RulesLook time.Duration `koanf:"rules_look" usage:"how often that file is looked at for changes; SIGHUP has it looked at once"`

	GatherTime         time.Duration `koanf:"gather_time" usage:"how long a transaction gathers records after its first"`
	GatherRecords      int           `koanf:"gather_records" usage:"most records of a transaction"`
	Workers            int           `koanf:"workers" usage:"partitions handled at the same time"`
	SessionTimeout     time.Duration `koanf:"session_timeout" usage:"after this silence the group gives this instance's partitions to another"`
	TransactionTimeout time.Duration `koanf:"transaction_timeout" usage:"after this time the broker aborts a transaction that was left open"`
	ReadyLag           int64         `koanf:"ready_lag" usage:"records behind, over which the enricher reports that it is not ready"`
	StopTimeout        time.Duration `koanf:"stop_timeout" usage:"how long a stop may take"`
}

// DefaultConfig suits one machine.
func DefaultConfig() Config {
	return Config{
		Kafka:              config.DefaultKafka(),
		Process:            config.DefaultProcess(":9102"),
		RulesLook:          10 * time.Second,
		GatherTime:         100 * time.Millisecond,
		GatherRecords:      20_000,
		Workers:            4,
		SessionTimeout:     15 * time.Second,
		TransactionTimeout: 20 * time.Second,
		ReadyLag:           100_000,
		StopTimeout:        30 * time.Second,
	}
}

// Validate names every wrong value.
func (c *Config) Validate() error {
	errs := []error{c.Kafka.Validate(), c.Process.Validate()}
	check := func(ok bool, key string, value any, want string) {
		if !ok {
			errs = append(errs, config.Invalid(key, value, want))
		}
	}
	check(c.RulesLook >= 100*time.Millisecond, "rules_look", c.RulesLook, "at least 100ms")
	check(c.GatherTime >= 0 && c.GatherTime <= 5*time.Second, "gather_time", c.GatherTime, "0s to 5s")
	check(c.GatherRecords >= 1 && c.GatherRecords <= 1_000_000, "gather_records", c.GatherRecords, "1 to 1000000")
	check(c.Workers >= 1 && c.Workers <= 1024, "workers", c.Workers, "1 to 1024")
	check(c.SessionTimeout >= 6*time.Second && c.SessionTimeout <= 5*time.Minute, "session_timeout", c.SessionTimeout, "6s to 5m")
	check(c.TransactionTimeout >= 5*time.Second && c.TransactionTimeout <= 15*time.Minute, "transaction_timeout", c.TransactionTimeout, "5s to 15m")
	check(c.ReadyLag > 0, "ready_lag", c.ReadyLag, "a positive number of records")
	check(c.StopTimeout > 0, "stop_timeout", c.StopTimeout, "a positive duration")
	return errors.Join(errs...)
}
