package track_test

import (
	"encoding/binary"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/track"
)

// points are as trackers send them, with any number of digits, or none.
func points() *rapid.Generator[track.Point] {
	return rapid.Custom(func(t *rapid.T) track.Point {
		p := track.Point{
			Second: rapid.Int64Range(0, 1<<33).Draw(t, "second"),
			Lat:    rapid.Float64Range(-90, 90).Draw(t, "lat"), Lng: rapid.Float64Range(-180, 180).Draw(t, "lng"),
		}
		if ten := math.Pow10(rapid.IntRange(0, 8).Draw(t, "digits")); ten < 1e8 {
			p.Lat, p.Lng = math.Round(p.Lat*ten)/ten, math.Round(p.Lng*ten)/ten
		}
		return p
	})
}

func TestHeadRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := track.Head{Trusted: points().Draw(t, "trusted"), Confirmed: rapid.Uint8Range(0, 4).Draw(t, "confirmed")}
		if rapid.Bool().Draw(t, "suspect") {
			h.Suspect = points().Draw(t, "suspect")
		}
		b := h.Append(nil)
		var got track.Head
		rest, err := got.Decode(append(b, 7))
		if err != nil || len(rest) != 1 || got != h {
			t.Fatalf("got %+v, %d bytes left (%v), want %+v", got, len(rest), err, h)
		}
		for n := range b {
			if _, err := got.Decode(b[:n]); err == nil {
				t.Fatalf("took %d of %d bytes", n, len(b))
			}
		}
	})
}

// TestHeadOfVersion1 reads what was written before coordinates became varints.
func TestHeadOfVersion1(t *testing.T) {
	b := []byte{1, 2}
	want := track.Head{Trusted: track.Point{Second: 1_770_000_000, Lat: 1.5, Lng: -2}, Suspect: track.Point{Second: 1_770_000_001, Lat: 3, Lng: 4}, Confirmed: 2}
	for _, p := range []track.Point{want.Trusted, want.Suspect} {
		b = binary.AppendVarint(b, p.Second)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.Lat))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.Lng))
	}
	var got track.Head
	if _, err := got.Decode(b); err != nil || got != want {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
}

func FuzzHeadDecode(f *testing.F) {
	h := track.Head{Trusted: track.Point{Second: 1, Lat: 2, Lng: 3}, Suspect: track.Point{Second: 4, Lat: math.Pi, Lng: 5}, Confirmed: 1}
	f.Add(h.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var h, again track.Head
		if _, err := h.Decode(b); err != nil {
			return
		}
		if _, err := again.Decode(h.Append(nil)); err != nil {
			t.Fatal(err)
		}
	})
}
