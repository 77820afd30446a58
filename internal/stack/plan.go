package stack

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// planPorts completes the state: ports asked for, else those of last time,
// else free ones. Ports of engines that run cannot change.
func (s *Stack) planPorts() error {
	var kafkaRuns, clickHouseRuns bool
	if n := len(s.state.Kafka); n > 0 {
		if n != s.options.Brokers {
			return fmt.Errorf("stack: %s holds a Kafka of %d brokers, %d are asked for: use another folder", s.options.Dir, n, s.options.Brokers)
		}
		s.build()
		for _, p := range s.kafka {
			kafkaRuns = kafkaRuns || p.Running()
		}
		clickHouseRuns = s.clickhouse.Running()
	} else {
		s.state = state{ClusterID: newClusterID(), Kafka: make([]brokerPorts, s.options.Brokers)}
	}
	p := portPlan{taken: map[int]bool{}}
	for i := range s.state.Kafka {
		asked := 0
		if i == 0 {
			asked = s.options.KafkaPort
		}
		b := &s.state.Kafka[i]
		p.choose(&b.Port, asked, kafkaRuns, "Kafka", kafkaPortSetting)
		p.choose(&b.ControllerPort, 0, kafkaRuns, "Kafka's controller", "")
	}
	p.choose(&s.state.ClickHousePort, s.options.ClickHousePort, clickHouseRuns, "ClickHouse", clickHousePortSetting)
	p.choose(&s.state.ClickHouseHTTPPort, s.options.ClickHouseHTTPPort, clickHouseRuns, "ClickHouse's HTTP interface", clickHouseHTTPPortSetting)
	if p.err != nil {
		return p.err
	}
	return s.saveState()
}

// portPlan chooses ports until the first error.
type portPlan struct {
	taken map[int]bool
	err   error
}

// choose sets *port. A port that was asked for must be free, one of last time
// is exchanged when another program has it now.
func (p *portPlan) choose(port *int, asked int, inUse bool, use, setting string) {
	switch {
	case p.err != nil:
	case inUse:
		if asked != 0 && asked != *port {
			p.err = fmt.Errorf("stack: %s already runs on port %d, %s asks for %d: stop the stack first", use, *port, setting, asked)
		}
	case asked != 0:
		if !portIsFree(asked) {
			p.err = portUsedError(asked, use, setting)
		}
		*port = asked
	case *port == 0 || !portIsFree(*port):
		*port, p.err = freePort(p.taken)
	}
	p.taken[*port] = true
}

// bringUp fetches what is missing and starts what does not run, Kafka and
// ClickHouse at the same time.
func (s *Stack) bringUp(ctx context.Context) error {
	if err := checkTools(); err != nil {
		return err
	}
	var started []*Process
	for _, p := range s.processes() {
		if !p.Running() {
			started = append(started, p)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.bringUpKafka(ctx) })
	group.Go(func() error { return s.bringUpClickHouse(ctx) })
	err := group.Wait()
	if err == nil {
		return nil
	}
	for _, p := range started {
		if p.Running() {
			_ = p.Kill() //nolint:contextcheck // the context may be why the start failed
		}
	}
	return err
}

func (s *Stack) bringUpKafka(ctx context.Context) error {
	jars, err := kafkaJars().ensure(ctx, s.options)
	if err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for i, p := range s.kafka {
		group.Go(func() error {
			if err := s.prepareBroker(groupCtx, i, jars); err != nil {
				return err
			}
			return p.Start(groupCtx)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := s.waitCluster(ctx); err != nil {
		return err
	}
	s.options.Log("Kafka answers at %v", s.brokers)
	return nil
}

func (s *Stack) bringUpClickHouse(ctx context.Context) error {
	library, err := clickHouseLibrary().ensure(ctx, s.options)
	if err != nil {
		return err
	}
	server, err := clickHouseServer().ensure(ctx, s.options)
	if err != nil {
		return err
	}
	if err := s.prepareEngine(library, server); err != nil {
		return err
	}
	if err := s.clickhouse.Start(ctx); err != nil {
		return err
	}
	s.options.Log("ClickHouse answers at %s and %s", address(s.state.ClickHousePort), s.clickhouseHTTP)
	return nil
}
