package stack

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Kind tells what answers behind the addresses of a stack.
type Kind string

// Kinds of stacks, in the order in which [Provide] tries them.
const (
	KindEnvironment Kind = "environment" // servers that something else runs
	KindDocker      Kind = "docker"      // containers, gone with this process
	KindNative      Kind = "native"      // processes of this machine
	KindFake        Kind = "fake"        // a native ClickHouse, and Kafka imitated inside this process
)

// Provide returns the best stack this machine has: the servers named by
// ODOGRAPH_KAFKA_BROKERS and ODOGRAPH_CLICKHOUSE_DSN; containers, where a
// Docker daemon answers; native processes as [Start] runs them; and, with
// o.AllowFake and only where Java or Maven is missing, a native ClickHouse with
// kfake in place of Kafka. [Stack.Kind] tells which it became.
func Provide(ctx context.Context, o Options) (*Stack, error) {
	if s, ok, err := FromEnvironment(ctx); ok || err != nil {
		return s, err
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if dockerAnswers(ctx) {
		s, err := startContainers(ctx, o)
		if err == nil {
			return s, nil
		}
		o.Log("Docker answers, but the containers did not start (%v): starting native processes", err)
	}
	s, err := Start(ctx, o)
	if o.AllowFake && onlyKafkaMissing(err) {
		o.Log("NOTICE: no real Kafka on this machine: an imitation inside this process (kfake) stands in for it. "+
			"It shows how the pipeline works and proves nothing about durability.\n%v", err)
		return startWithFake(ctx, o)
	}
	return s, err
}

// startWithFake starts ClickHouse as a process and kfake in this one. kfake
// keeps its records in the stack's folder, so that the offsets that ClickHouse
// has seen keep their meaning over a restart.
func startWithFake(ctx context.Context, o Options) (*Stack, error) {
	s, unlock, err := plan(ctx, o, KindFake)
	if err != nil {
		return nil, err
	}
	defer unlock()
	s.kafka = nil
	fake, err := kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.Ports(s.state.Kafka[0].Port),
		kfake.ClusterID(s.state.ClusterID),
		kfake.DataDir(filepath.Join(o.Dir, "kfake")),
	)
	if err != nil {
		return nil, fmt.Errorf("stack: start kfake on port %d, which %s moves: %w", s.state.Kafka[0].Port, kafkaPortSetting, err)
	}
	s.brokers = fake.ListenAddrs()
	s.closers = append(s.closers, func(context.Context) error { fake.Close(); return nil })
	if err := s.bringUpClickHouse(ctx); err != nil {
		return nil, errors.Join(err, s.Kill()) //nolint:contextcheck // the context may be why the start failed
	}
	return s, nil
}
