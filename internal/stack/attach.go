package stack

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
)

// Attach returns a stack of servers that something else runs. It has no
// processes: [Stack.Kafka] and [Stack.ClickHouse] cannot be used, and stopping
// it does nothing. The HTTP interface of ClickHouse is taken to be on port
// 8123 of the same host, or on the port of the DSN's parameter http_port. A
// DSN that names a user stands for every user.
func Attach(brokers []string, clickHouseDSN string) (*Stack, error) {
	dsn, err := url.Parse(clickHouseDSN)
	if err != nil || dsn.Host == "" {
		return nil, fmt.Errorf("stack: %q is no ClickHouse address: expected clickhouse://host:port/fleet", clickHouseDSN)
	}
	parameters := dsn.Query()
	port := parameters.Get("http_port")
	if port == "" {
		port = "8123"
	}
	parameters.Del("http_port") // ours alone: the driver would pass it on as a setting
	dsn.RawQuery = parameters.Encode()
	return &Stack{
		kind:           KindEnvironment,
		brokers:        brokers,
		clickhouseDSN:  dsn,
		clickhouseHTTP: "http://" + net.JoinHostPort(dsn.Hostname(), port),
	}, nil
}

// FromEnvironment attaches to the servers named by ODOGRAPH_KAFKA_BROKERS and
// ODOGRAPH_CLICKHOUSE_DSN. ok is false when neither is set; only one of them
// is an error.
func FromEnvironment() (s *Stack, ok bool, err error) {
	brokers, dsn := os.Getenv("ODOGRAPH_KAFKA_BROKERS"), os.Getenv("ODOGRAPH_CLICKHOUSE_DSN")
	switch {
	case brokers == "" && dsn == "":
		return nil, false, nil
	case brokers == "" || dsn == "":
		return nil, false, errors.New("stack: ODOGRAPH_KAFKA_BROKERS and ODOGRAPH_CLICKHOUSE_DSN belong together: set both or none")
	}
	s, err = Attach(strings.Split(brokers, ","), dsn)
	return s, err == nil, err
}
