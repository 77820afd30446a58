package derive_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// TestForeignBytes: parts that are cut off or altered are an error or another
// state, never a panic, neither when they are read nor when the device goes on.
func TestForeignBytes(t *testing.T) {
	rules := derive.DefaultRules()
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 3))
		entries := drive(seed)
		p := newPlayer(rules, seed)
		if err := p.inOrder(entries); err != nil {
			t.Fatal(err)
		}
		names := slices.Sorted(maps.Keys(p.parts))
		refused := 0
		for range 200 {
			parts := maps.Clone(p.parts)
			name := names[rng.IntN(len(names))]
			b := slices.Clone(parts[name])
			if rng.IntN(3) == 0 {
				b = b[:rng.IntN(len(b))]
			} else {
				b[rng.IntN(len(b))] ^= byte(1 << rng.IntN(8))
			}
			parts[name] = b
			d := &derive.Device{}
			var err error
			for _, n := range names {
				if err == nil {
					err = d.Load(n, parts[n])
				}
			}
			if err == nil {
				err = d.Loaded()
			}
			if err != nil {
				refused++
				continue
			}
			last := entries[len(entries)-1]
			d.Add(&p.env, last, schema.Place{}, func(derive.Output) {})
			d.Finish(&p.env, func(derive.Output) {})
		}
		if refused < 50 {
			t.Errorf("only %d of 200 altered states were refused", refused)
		}
	}
}
