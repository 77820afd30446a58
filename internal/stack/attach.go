package stack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"
)

// Attach returns a stack of servers that something else runs. It has no
// processes: [Stack.Kafka] and [Stack.ClickHouse] cannot be used, and stopping
// it does nothing. The HTTP interface of ClickHouse is taken to be on port
// 8123 of the same host, or on the port of the DSN's parameter http_port. A
// DSN that names a user stands for every user.
func Attach(brokers []string, clickHouseDSN string) (*Stack, error) {
	dsn, err := url.Parse(clickHouseDSN)
	if err != nil || dsn.Host == "" {
		// The text itself may hold a password.
		return nil, errors.New("stack: the ClickHouse address cannot be read: expected clickhouse://host:port/fleet")
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
// ODOGRAPH_CLICKHOUSE_DSN. ok is false when neither is set. Only one of them is
// an error, and so is an address where nothing listens.
func FromEnvironment(ctx context.Context) (s *Stack, ok bool, err error) {
	brokers, dsn := os.Getenv("ODOGRAPH_KAFKA_BROKERS"), os.Getenv("ODOGRAPH_CLICKHOUSE_DSN")
	switch {
	case brokers == "" && dsn == "":
		return nil, false, nil
	case brokers == "" || dsn == "":
		return nil, false, errors.New("stack: ODOGRAPH_KAFKA_BROKERS and ODOGRAPH_CLICKHOUSE_DSN belong together: set both or none")
	}
	if s, err = Attach(strings.Split(brokers, ","), dsn); err != nil {
		return nil, false, err
	}
	if err := s.reachable(ctx); err != nil {
		return nil, false, fmt.Errorf("stack: the servers named by ODOGRAPH_KAFKA_BROKERS and ODOGRAPH_CLICKHOUSE_DSN "+
			"are not all there: %w: start them, or unset both variables for a local stack", err)
	}
	return s, true, nil
}

// reachable reports whether something listens at each address. More cannot be
// asked here: the servers may want TLS and credentials.
func (s *Stack) reachable(ctx context.Context) error {
	dialer := net.Dialer{Timeout: 3 * time.Second}
	for _, address := range append(s.Brokers(), s.clickhouseDSN.Host) {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		_ = conn.Close()
	}
	return nil
}
