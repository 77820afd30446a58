package stack

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// transactionVersion is the protocol (KIP-890) the pipeline is certified on.
const transactionVersion = 2

//go:embed kafka/server.properties
var brokerSettingsText string

var brokerSettings = template.Must(template.New("server.properties").Parse(brokerSettingsText))

// brokerDir holds the data and the settings of one broker.
func (s *Stack) brokerDir(i int) string {
	return filepath.Join(s.options.Dir, "kafka", strconv.Itoa(i+1))
}

func (s *Stack) newBroker(i int) *Process {
	settings := filepath.Join(s.brokerDir(i), "server.properties")
	setting := kafkaPortSetting
	if i > 0 {
		setting = "the folder (delete " + s.stateFile() + " for new ports)"
	}
	return &Process{
		name:   fmt.Sprintf("kafka-%d", i+1),
		marker: settings,
		logs:   []string{s.logPath(fmt.Sprintf("kafka-%d.log", i+1))},
		ports: []usedPort{
			{s.state.Kafka[i].Port, setting},
			{s.state.Kafka[i].ControllerPort, setting},
		},
		ready:   func(ctx context.Context) error { return brokerReady(ctx, address(s.state.Kafka[i].Port), i+1) },
		options: s.options,
	}
}

// javaCommand runs a class of the broker's jars. What runs for seconds only is
// compiled in the quick way only, which is half the work of a start.
func javaCommand(jars string, short bool, arguments ...string) []string {
	level := "-XX:TieredStopAtLevel=4" // Java's own
	if short {
		level = "-XX:TieredStopAtLevel=1"
	}
	return append([]string{
		"java", level, "-Xms128m", "-Xmx512m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:+ExitOnOutOfMemoryError",
		"-Djava.awt.headless=true",
		"-Dorg.slf4j.simpleLogger.showDateTime=true",
		"-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX",
		"-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn",
		"-cp", filepath.Join(jars, "*"),
	}, arguments...)
}

// prepareBroker writes the settings and formats the log folder once.
func (s *Stack) prepareBroker(ctx context.Context, i int, jars string) error {
	p := s.kafka[i]
	p.command = javaCommand(jars, s.options.EndWithParent, "kafka.Kafka", p.marker)
	data := filepath.Join(s.brokerDir(i), "data")
	if err := os.MkdirAll(data, 0o750); err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	if err := s.writeBrokerSettings(i, data); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(data, "meta.properties")); err == nil {
		return nil
	}
	format := javaCommand(jars, true, "kafka.tools.StorageTool", "format", "--ignore-formatted",
		"-t", s.state.ClusterID, "-c", p.marker, "--feature", fmt.Sprintf("transaction.version=%d", transactionVersion))
	return runTool(ctx, s.options.Dir, nil, format[0], format[1:]...)
}

// sessionTimeout is how long a silent broker counts as alive. One broker alone
// has nobody to hand over to; for it the time only delays a restart.
func sessionTimeout(brokers int) time.Duration {
	if brokers == 1 {
		return 2500 * time.Millisecond
	}
	return 3 * time.Second
}

func (s *Stack) writeBrokerSettings(i int, data string) error {
	voters := make([]string, 0, len(s.state.Kafka))
	for j, b := range s.state.Kafka {
		voters = append(voters, fmt.Sprintf("%d@%s", j+1, address(b.ControllerPort)))
	}
	var text bytes.Buffer
	err := brokerSettings.Execute(&text, map[string]any{
		"ID": i + 1, "Port": s.state.Kafka[i].Port, "ControllerPort": s.state.Kafka[i].ControllerPort,
		"Voters": strings.Join(voters, ","), "Data": data,
		"Replication": len(s.state.Kafka), "MinISR": (len(s.state.Kafka) + 1) / 2,
		"SessionTimeoutMS": sessionTimeout(len(s.state.Kafka)).Milliseconds(),
	})
	if err != nil {
		return fmt.Errorf("stack: settings of %s: %w", s.kafka[i].name, err)
	}
	return writeFiles(s.brokerDir(i), map[string][]byte{"server.properties": text.Bytes()})
}

// newClient asks only the given addresses and fails fast.
func newClient(brokers ...string) (*kgo.Client, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(brokers...),
		kgo.DialTimeout(time.Second),
		kgo.RequestTimeoutOverhead(time.Second),
		kgo.RequestRetries(0),
		kgo.RetryTimeout(3*time.Second),
	)
	if err != nil {
		return nil, fmt.Errorf("stack: kafka client: %w", err)
	}
	return client, nil
}

// brokerReady reports whether the broker answers and is a live member of its cluster.
func brokerReady(ctx context.Context, broker string, id int) error {
	client, err := newClient(broker)
	if err != nil {
		return err
	}
	defer client.Close()
	metadata, err := kadm.NewClient(client).BrokerMetadata(ctx)
	if err != nil {
		return err
	}
	for _, b := range metadata.Brokers {
		if int(b.NodeID) == id {
			return nil
		}
	}
	return fmt.Errorf("broker %d is not registered yet", id)
}

// clusterReady reports whether all brokers know each other and the finalised
// features are those that the pipeline is certified on.
func clusterReady(ctx context.Context, brokers []string) error {
	client, err := newClient(brokers...)
	if err != nil {
		return err
	}
	defer client.Close()
	metadata, err := kadm.NewClient(client).BrokerMetadata(ctx)
	if err != nil {
		return err
	}
	if len(metadata.Brokers) != len(brokers) {
		return fmt.Errorf("%d of %d brokers are registered", len(metadata.Brokers), len(brokers))
	}
	for _, b := range metadata.Brokers {
		version, err := finalizedTransactionVersion(ctx, client.Broker(int(b.NodeID)))
		if err != nil {
			return fmt.Errorf("broker %d: %w", b.NodeID, err)
		}
		if version != transactionVersion {
			return fmt.Errorf("broker %d has transaction.version=%d, expected %d", b.NodeID, version, transactionVersion)
		}
	}
	return nil
}

func finalizedTransactionVersion(ctx context.Context, broker *kgo.Broker) (int16, error) {
	request := kmsg.NewPtrApiVersionsRequest()
	request.ClientSoftwareName, request.ClientSoftwareVersion = "odograph-stack", "1"
	response, err := request.RequestWith(ctx, broker)
	if err != nil {
		return 0, err
	}
	if err := kerr.ErrorForCode(response.ErrorCode); err != nil {
		return 0, err
	}
	for _, f := range response.FinalizedFeatures {
		if f.Name == "transaction.version" {
			return f.MaxVersionLevel, nil
		}
	}
	return 0, nil
}

// waitCluster returns when all brokers form one cluster.
func (s *Stack) waitCluster(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.StartTimeout)
	defer cancel()
	for {
		err := clusterReady(ctx, s.Brokers())
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("stack: the Kafka cluster is not ready: %w", err), ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
