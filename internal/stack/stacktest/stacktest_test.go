package stacktest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/internal/stack"
)

func TestEachTestHasItsOwnNames(t *testing.T) {
	s := Shared(t)
	require.Same(t, s, Shared(t))
	var prefixes, databases []string
	for range 2 {
		t.Run("", func(t *testing.T) {
			prefix, database := TopicPrefix(t, s), Database(t, s)
			createTopic(t, s, prefix+".raw.v1")
			require.NoError(t, execute(s, "CREATE TABLE "+database+".t (k UInt64) ENGINE = MergeTree ORDER BY k"))
			prefixes, databases = append(prefixes, prefix), append(databases, database)
		})
	}
	require.NotEqual(t, prefixes[0], prefixes[1])
	require.NotEqual(t, databases[0], databases[1])

	// What a test made is gone when it has ended.
	require.ErrorContains(t, execute(s, "SELECT * FROM "+databases[0]+".t"), "Unknown table expression identifier")
	createTopic(t, s, prefixes[0]+".raw.v1") // a topic of this name could not exist twice
}

func createTopic(t *testing.T, s *stack.Stack, name string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Brokers()...))
	require.NoError(t, err)
	defer client.Close()
	response, err := kadm.NewClient(client).CreateTopic(context.Background(), 1, 1, nil, name)
	require.NoError(t, err)
	require.NoError(t, response.Err)
}
