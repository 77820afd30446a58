package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/odograph/odograph/clickhouse"
	"github.com/odograph/odograph/internal/config"
)

// Config holds the sink's settings.
type Config struct {
	config.Kafka      `koanf:",squash"`
	config.ClickHouse `koanf:",squash"`
	config.Process    `koanf:",squash"`

	BatchRows     int           `koanf:"batch_rows" usage:"rows after which a block of one partition is inserted"`
	BatchBytes    int           `koanf:"batch_bytes" usage:"memory of records after which a block of one partition is inserted"`
	BatchWait     time.Duration `koanf:"batch_wait" usage:"shortest time between two blocks of one partition that are not full"`
	InsertTimeout time.Duration `koanf:"insert_timeout" usage:"time after which an insert counts as unsure and is tried again"`
	Inserts       int           `koanf:"inserts" usage:"inserts at the same time"`
	BufferBytes   int           `koanf:"buffer_bytes" usage:"memory for records that wait for ClickHouse"`
	MaxLag        int64         `koanf:"max_lag" usage:"records behind from which on the sink is not ready"`

	SessionTimeout time.Duration `koanf:"session_timeout" usage:"after this silence the group gives this instance's partitions to another"`
}

// DefaultConfig is for one machine.
func DefaultConfig() Config {
	return Config{
		Kafka:         config.DefaultKafka(),
		ClickHouse:    config.DefaultClickHouse(),
		Process:       config.DefaultProcess(":9103"),
		BatchRows:     50_000,
		BatchBytes:    32 << 20,
		BatchWait:     time.Second,
		InsertTimeout: 60 * time.Second,
		Inserts:       4,
		BufferBytes:   256 << 20,
		MaxLag:        1_000_000,

		SessionTimeout: 15 * time.Second,
	}
}

// Validate names every wrong value.
func (c *Config) Validate() error {
	errs := []error{c.Kafka.Validate(), c.ClickHouse.Validate(), c.Process.Validate()}
	check := func(ok bool, key string, value any, want string) {
		if !ok {
			errs = append(errs, config.Invalid(key, value, want))
		}
	}
	check(c.BatchRows >= 1 && c.BatchRows <= clickhouse.MaxBlockRows, "batch_rows", c.BatchRows, fmt.Sprintf("1 to %d", clickhouse.MaxBlockRows))
	check(c.BatchBytes >= 1<<20, "batch_bytes", c.BatchBytes, "at least 1048576")
	check(c.BatchWait >= 0 && c.BatchWait <= time.Minute, "batch_wait", c.BatchWait, "0s to 1m")
	check(c.InsertTimeout >= time.Second, "insert_timeout", c.InsertTimeout, "at least 1s")
	check(c.Inserts >= 1 && c.Inserts <= 100, "inserts", c.Inserts, "1 to 100")
	check(c.BufferBytes >= c.BatchBytes, "buffer_bytes", c.BufferBytes, "at least batch_bytes")
	check(c.MaxLag >= 1, "max_lag", c.MaxLag, "at least 1")
	check(c.SessionTimeout >= 6*time.Second && c.SessionTimeout <= 5*time.Minute, "session_timeout", c.SessionTimeout, "6s to 5m")
	return errors.Join(errs...)
}
