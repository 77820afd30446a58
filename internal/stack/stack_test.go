package stack

import (
	"context"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
)

func TestStartBoth(t *testing.T) {
	t0 := time.Now()
	s, err := Start(context.Background(), Options{Dir: t.TempDir(), EndWithParent: true, Log: t.Logf})
	require.NoError(t, err)
	t.Log("up after", time.Since(t0))
	o, err := clickhouse.ParseDSN(s.ClickHouseDSN("migrator"))
	require.NoError(t, err)
	c, err := clickhouse.Open(o)
	require.NoError(t, err)
	require.NoError(t, c.Exec(context.Background(), "create table x (a Int64) engine=MergeTree order by a"))
	t0 = time.Now()
	require.NoError(t, s.Stop(context.Background()))
	t.Log("down after", time.Since(t0))
}
