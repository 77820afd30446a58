package config

import (
	"errors"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"

	"github.com/odograph/odograph/pkg/schema"
)

// sharedKeys may stand at the root of the file, for all components.
var sharedKeys = func() []string {
	var all struct {
		Kafka      `koanf:",squash"`
		ClickHouse `koanf:",squash"`
		Process    `koanf:",squash"`
		Tracksolid `koanf:",squash"`
	}
	var out []string
	for _, f := range fieldsOf(&all) {
		out = append(out, f.key)
	}
	return append(out, "partitions", "replication", "clickhouse_cluster", "keep_raw_days", "keep_fixes_days", "keep_events_days", "drop_outdated")
}()

// Kafka says how to reach Kafka.
type Kafka struct {
	KafkaBrokers       []string `koanf:"kafka_brokers" usage:"Kafka addresses, host:port, separated by commas"`
	KafkaTLS           bool     `koanf:"kafka_tls" usage:"talk TLS to Kafka"`
	KafkaCAFile        string   `koanf:"kafka_ca_file" usage:"PEM file with the authority of Kafka's certificate (empty: the system's)"`
	KafkaSASLMechanism string   `koanf:"kafka_sasl_mechanism" usage:"PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (empty: none)"`
	KafkaUser          string   `koanf:"kafka_user" usage:"SASL user"`
	KafkaPassword      Secret   `koanf:"kafka_password" usage:"SASL password"`
	TopicPrefix        string   `koanf:"topic_prefix" usage:"prefix of all topics and groups"`
}

// DefaultKafka is a local broker.
func DefaultKafka() Kafka {
	return Kafka{KafkaBrokers: []string{"127.0.0.1:9092"}, TopicPrefix: schema.DefaultPrefix}
}

var prefixForm = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$`)

// Validate names every wrong value.
func (k *Kafka) Validate() error {
	var errs []error
	if len(k.KafkaBrokers) == 0 {
		errs = append(errs, Invalid("kafka_brokers", "", "at least one host:port"))
	}
	for _, b := range k.KafkaBrokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			errs = append(errs, Invalid("kafka_brokers", b, "host:port"))
		}
	}
	if !prefixForm.MatchString(k.TopicPrefix) {
		errs = append(errs, Invalid("topic_prefix", k.TopicPrefix, "letters, digits, dot, dash and underscore"))
	}
	if !slices.Contains([]string{"", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}, k.KafkaSASLMechanism) {
		errs = append(errs, Invalid("kafka_sasl_mechanism", k.KafkaSASLMechanism, "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or nothing"))
	}
	if k.KafkaSASLMechanism != "" && k.KafkaUser == "" {
		errs = append(errs, Invalid("kafka_user", "", "a user, since kafka_sasl_mechanism is set"))
	}
	if k.KafkaCAFile != "" && !k.KafkaTLS {
		errs = append(errs, Invalid("kafka_tls", false, "true, since kafka_ca_file is set"))
	}
	return errors.Join(errs...)
}

// ClickHouse says how to reach ClickHouse.
type ClickHouse struct {
	ClickHouseDSN      Secret `koanf:"clickhouse_dsn" usage:"ClickHouse address, clickhouse://user:password@host:9000/database"`
	ClickHousePassword Secret `koanf:"clickhouse_password" usage:"password of the user in clickhouse_dsn, where it stands apart from it"`
}

// DefaultClickHouse is a local server.
func DefaultClickHouse() ClickHouse {
	return ClickHouse{ClickHouseDSN: "clickhouse://127.0.0.1:9000/fleet"}
}

// DSN is the address with the password in it.
func (c *ClickHouse) DSN() Secret {
	u, err := url.Parse(c.ClickHouseDSN.Reveal())
	if err != nil || c.ClickHousePassword == "" {
		return c.ClickHouseDSN
	}
	u.User = url.UserPassword(u.User.Username(), c.ClickHousePassword.Reveal())
	return Secret(u.String())
}

// Validate names every wrong value.
func (c *ClickHouse) Validate() error {
	const want = "clickhouse://user:password@host:9000/database"
	u, err := url.Parse(c.ClickHouseDSN.Reveal())
	if err != nil || u.Scheme != "clickhouse" || u.Host == "" || len(u.Path) < 2 {
		return Invalid("clickhouse_dsn", c.ClickHouseDSN, want)
	}
	if c.ClickHousePassword == "" {
		return nil
	}
	if _, given := u.User.Password(); given {
		return Invalid("clickhouse_password", c.ClickHousePassword, "nothing, since clickhouse_dsn has a password")
	}
	if u.User.Username() == "" {
		return Invalid("clickhouse_dsn", c.ClickHouseDSN, "clickhouse://user@host:9000/database, since clickhouse_password is set")
	}
	return nil
}

// Process is what every long-running component has.
type Process struct {
	Instance    string `koanf:"instance" usage:"name of this instance, unique per component and stable over restarts"`
	AdminListen string `koanf:"admin_listen" usage:"address of /livez, /readyz, /metrics and pprof; keep it private"`
	LogLevel    string `koanf:"log_level" usage:"debug, info, warn or error"`
}

// DefaultProcess takes the host's name as instance.
func DefaultProcess(adminListen string) Process {
	host, err := os.Hostname()
	if err != nil {
		host = "odograph"
	}
	return Process{Instance: host, AdminListen: adminListen, LogLevel: "info"}
}

// Validate names every wrong value.
func (p *Process) Validate() error {
	var errs []error
	if !prefixForm.MatchString(p.Instance) {
		errs = append(errs, Invalid("instance", p.Instance, "letters, digits, dot, dash and underscore"))
	}
	if !ListenAddress(p.AdminListen) {
		errs = append(errs, Invalid("admin_listen", p.AdminListen, "host:port or :port"))
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, p.LogLevel) {
		errs = append(errs, Invalid("log_level", p.LogLevel, "debug, info, warn or error"))
	}
	return errors.Join(errs...)
}

// ListenAddress tells whether s is an address that a server can listen on.
func ListenAddress(s string) bool {
	_, err := net.ResolveTCPAddr("tcp", s)
	return err == nil && s != ""
}
