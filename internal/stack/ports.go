package stack

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Free ports are taken from below the range that systems hand out to outgoing
// connections (Linux: 32768 and up). A port from that range can be given to a
// client while its broker is down, even to a client that is reconnecting to
// that very port and would then talk to itself.
const (
	firstFreePort = 20000
	lastFreePort  = 32000
)

// Settings that move a port: make's variable and the command's flag.
const (
	kafkaPortSetting          = "KAFKA_PORT (--kafka-port)"
	clickHousePortSetting     = "CLICKHOUSE_PORT (--clickhouse-port)"
	clickHouseHTTPPortSetting = "CLICKHOUSE_HTTP_PORT (--clickhouse-http-port)"
)

// portUsedError tells who has to move, and by which setting.
func portUsedError(port int, use, setting string) error {
	return fmt.Errorf("stack: port %d for %s is used by another program: stop that program or set %s to another port",
		port, use, setting)
}

// portIsFree reports whether 127.0.0.1:port can be listened on.
func portIsFree(port int) bool {
	l, err := net.Listen("tcp", address(port))
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}

// freePort returns a port that is free now and not in taken, and adds it there.
func freePort(taken map[int]bool) (int, error) {
	for range 1000 {
		port := firstFreePort + rand.IntN(lastFreePort-firstFreePort)
		if !taken[port] && portIsFree(port) {
			taken[port] = true
			return port, nil
		}
	}
	return 0, errors.New("stack: found no free port between 20000 and 32000")
}

func address(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}
