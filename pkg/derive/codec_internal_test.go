package derive

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/odograph/odograph/pkg/geofence"
)

// TestBaseWithoutFences: what was written before there were fences is read.
func TestBaseWithoutFences(t *testing.T) {
	var j, again judges
	j.last.Time = 5
	all := j.append(nil)
	before := all[:len(all)-len(new(geofence.State).Append(nil))]
	if rest, err := again.decode(before, baseWithoutFences); err != nil || len(rest) > 0 || again.last != j.last {
		t.Errorf("%d bytes left: %v", len(rest), err)
	}
	if _, err := again.decode(before, baseVersion); err == nil {
		t.Error("took a base that is cut off")
	}
}

// TestSqueeze: what was squeezed comes back, and what is foreign is an error.
func TestSqueeze(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 3000 {
		b := make([]byte, rng.IntN(n+1))
		for i := 0; i < len(b); i++ {
			b[i] = byte(rng.IntN(1 + n%7*n%40))
			if from := i - rng.IntN(300); rng.IntN(3) > 0 && from >= 0 {
				i += copy(b[i+1:], b[from:min(from+rng.IntN(30), i+1)])
			}
		}
		small := squeeze([]byte{7}, b)
		got, err := unsqueeze(small[1:])
		if err != nil || small[0] != 7 || !bytes.Equal(got, b) {
			t.Fatalf("%x came back as %x (%v)", b, got, err)
		}
		if len(b) > 0 {
			small[1+rng.IntN(len(small)-1)] ^= 1 << rng.IntN(8)
			_, _ = unsqueeze(small[1 : 1+rng.IntN(len(small))])
		}
	}
	if len(squeeze(nil, make([]byte, 100_000))) > 200 {
		t.Error("zeros are not squeezed")
	}
	if _, err := unsqueeze([]byte{0x0f, 0xff, 0xff, 0xff, 0xff, 0x7f, 1}); err == nil {
		t.Error("took a match without end")
	}
}

func FuzzUnsqueeze(f *testing.F) {
	f.Add(squeeze(nil, []byte("abcabcabcdabcdabcd")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if out, err := unsqueeze(b); err == nil {
			if again, err := unsqueeze(squeeze(nil, out)); err != nil || !bytes.Equal(again, out) {
				t.Fatalf("%x came back as %x (%v)", out, again, err)
			}
		}
	})
}
