package stack

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimes(t *testing.T) {
	for _, n := range []int{1, 3} {
		t0 := time.Now()
		s, err := Start(context.Background(), Options{Dir: t.TempDir(), EndWithParent: true, Brokers: n, Log: t.Logf})
		require.NoError(t, err)
		t.Log(n, "up after", time.Since(t0))
		for _, p := range s.processes() {
			t0 = time.Now()
			err := p.Kill()
			t.Log(p.Name(), "kill", time.Since(t0), err)
			t0 = time.Now()
			err = p.Start(context.Background())
			t.Log(p.Name(), "start", time.Since(t0), err)
			t0 = time.Now()
			err = p.Stop(context.Background())
			t.Log(p.Name(), "stop", time.Since(t0), err)
			t0 = time.Now()
			err = p.Start(context.Background())
			t.Log(p.Name(), "start", time.Since(t0), err)
		}
		t0 = time.Now()
		err = s.Stop(context.Background())
		t.Log("all stop", time.Since(t0), err)
	}
}
