package stack

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// Images of the same engines as the native ones.
const (
	kafkaImage      = "apache/kafka:4.1.1"
	clickHouseImage = "clickhouse/clickhouse-server:26.7"
)

// dockerAnswers reports whether a Docker daemon is there to be asked.
func dockerAnswers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	provider, err := testcontainers.NewDockerProvider()
	if err != nil {
		return false
	}
	defer func() { _ = provider.Close() }()
	return provider.Health(ctx) == nil
}

// startContainers runs both engines in containers that end with this process.
// Their data is not kept, and they have no [Process]: faults are injected into
// native stacks.
func startContainers(ctx context.Context, o Options) (*Stack, error) {
	s := &Stack{options: o, kind: KindDocker}
	p := portPlan{taken: map[int]bool{}}
	s.state.Kafka = make([]brokerPorts, 1)
	p.choose(&s.state.Kafka[0].Port, o.KafkaPort, false, "Kafka", kafkaPortSetting)
	p.choose(&s.state.ClickHousePort, o.ClickHousePort, false, "ClickHouse", clickHousePortSetting)
	p.choose(&s.state.ClickHouseHTTPPort, o.ClickHouseHTTPPort, false, "ClickHouse's HTTP interface", clickHouseHTTPPortSetting)
	if p.err != nil {
		return nil, p.err
	}
	s.build()
	s.kafka, s.clickhouse = nil, nil
	for _, start := range []func(context.Context) error{s.startKafkaContainer, s.startClickHouseContainer} {
		if err := start(ctx); err != nil {
			_ = s.Stop(ctx)
			return nil, err
		}
	}
	return s, nil
}

func (s *Stack) startKafkaContainer(ctx context.Context) error {
	port := s.state.Kafka[0].Port
	environment := map[string]string{
		"KAFKA_PROCESS_ROLES":                            "broker,controller",
		"KAFKA_NODE_ID":                                  "1",
		"KAFKA_CONTROLLER_QUORUM_VOTERS":                 "1@localhost:9093",
		"KAFKA_LISTENERS":                                "BROKER://:9092,CONTROLLER://:9093",
		"KAFKA_ADVERTISED_LISTENERS":                     "BROKER://" + address(port),
		"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP":           "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"KAFKA_INTER_BROKER_LISTENER_NAME":               "BROKER",
		"KAFKA_CONTROLLER_LISTENER_NAMES":                "CONTROLLER",
		"KAFKA_AUTO_CREATE_TOPICS_ENABLE":                "false",
		"KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR":         "1",
		"KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
		"KAFKA_TRANSACTION_STATE_LOG_MIN_ISR":            "1",
		"KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS":         "0",
	}
	err := s.runContainer(ctx, kafkaImage, map[int]string{port: "9092/tcp"},
		testcontainers.WithEnv(environment),
		testcontainers.WithWaitStrategyAndDeadline(s.options.StartTimeout, wait.ForLog("Kafka Server started")),
	)
	if err != nil {
		return err
	}
	return s.waitCluster(ctx)
}

// loopbackOnly matches the networks of a user. Through Docker's proxy a client
// on this machine comes from the bridge; the published port is on loopback.
var loopbackOnly = regexp.MustCompile(`<networks>.*</networks>`)

func (s *Stack) startClickHouseContainer(ctx context.Context) error {
	users := loopbackOnly.ReplaceAll(engineUsers, []byte(`<networks><ip>::/0</ip></networks>`))
	ports := map[int]string{s.state.ClickHousePort: "9000/tcp", s.state.ClickHouseHTTPPort: "8123/tcp"}
	err := s.runContainer(ctx, clickHouseImage, ports,
		testcontainers.WithEnv(map[string]string{"CLICKHOUSE_SKIP_USER_SETUP": "1", "TZ": "UTC"}),
		testcontainers.WithFiles(testcontainers.ContainerFile{
			Reader: bytes.NewReader(users), ContainerFilePath: "/etc/clickhouse-server/users.d/odograph.xml", FileMode: 0o644,
		}),
		testcontainers.WithWaitStrategyAndDeadline(s.options.StartTimeout, wait.ForHTTP("/ping").WithPort("8123/tcp")),
	)
	if err != nil {
		return err
	}
	return s.engineReady(ctx)
}

// runContainer starts an image with its ports published on 127.0.0.1 at the
// given numbers, and has the container removed when the stack stops.
func (s *Stack) runContainer(ctx context.Context, image string, ports map[int]string, options ...testcontainers.ContainerCustomizer) error {
	bindings := network.PortMap{}
	for host, inside := range ports {
		port, err := network.ParsePort(inside)
		if err != nil {
			return fmt.Errorf("stack: port %s: %w", inside, err)
		}
		bindings[port] = []network.PortBinding{{HostIP: netip.MustParseAddr("127.0.0.1"), HostPort: strconv.Itoa(host)}}
		options = append(options, testcontainers.WithExposedPorts(inside))
	}
	options = append(options, testcontainers.WithHostConfigModifier(func(c *container.HostConfig) { c.PortBindings = bindings }))
	c, err := testcontainers.Run(ctx, image, options...)
	if c != nil {
		s.closers = append(s.closers, func(ctx context.Context) error { return c.Terminate(ctx) })
	}
	if err != nil {
		return fmt.Errorf("stack: container %s: %w", image, err)
	}
	s.options.Log("container %s answers", image)
	return nil
}
