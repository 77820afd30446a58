package timeline_test

import (
	"encoding/hex"
	"errors"
	"math"
	"testing"

	"github.com/odograph/odograph/pkg/timeline"
)

// FuzzLoad gives a chunk, an older one and a tail of any bytes, with right
// checksums or not: the loader says so, or there is a log that can be read, added
// to and written.
func FuzzLoad(f *testing.F) {
	var l timeline.Log
	for _, fix := range drive(3, 900, 10, true) {
		l.AddFix(fix)
		l.AddMark(timeline.Mark{Time: fix.Time, Kind: timeline.MarkFuel, Channel: "1", Unit: "L", Value: 41.25, LatE6: fix.LatE6, LngE6: fix.LngE6})
	}
	l.AddFix(timeline.Fix{Time: l.Newest() + 3, SpeedDKMH: math.MaxInt32, OdometerM: math.MinInt64})
	var seeds [4][]byte
	for slot := range seeds {
		seeds[slot], _ = l.AppendChunk(nil, slot)
	}
	f.Add(seeds[2], seeds[1], seeds[0], false)
	f.Add(seeds[2], seeds[1], seeds[0], true)
	f.Add(seeds[3], seeds[1], seeds[0], true)
	f.Add(seeds[1], []byte{}, []byte{}, true)
	// A chunk of form 1 and its tail, as they were written by the version before.
	chunk, _ := hex.DecodeString("01af6e01cad181980d7c30f9ee2bfa4929ae872df1ff3f5be1")
	tail, _ := hex.DecodeString("02151d02006030180b932303192390334b2303081c8ec84b76")
	f.Add(chunk, []byte{}, tail, false)
	f.Add(chunk, seeds[1], tail, true)
	f.Fuzz(func(t *testing.T, newer, older, tail []byte, sealed bool) {
		if sealed {
			timeline.Seal(older, nil)
			timeline.Seal(newer, tail)
		}
		written := changelog{1: newer}
		if len(older) > 0 {
			written[2] = older
		}
		if len(tail) > 0 {
			written[0] = tail
		}
		l, err := written.restore()
		if err != nil {
			if !errors.Is(err, timeline.ErrChunk) {
				t.Fatal(err)
			}
			return
		}
		use(t, &l)
	})
}

func use(t *testing.T, l *timeline.Log) {
	before := all(l)
	newest := l.Newest()
	for _, at := range []int64{newest + 10, newest - 10, newest - 1000, newest} {
		l.AddFix(timeline.Fix{Time: at, SpeedDKMH: timeline.Unknown})
		l.AddMark(timeline.Mark{Time: at, Kind: timeline.MarkContact})
	}
	l.NewestFix()
	if after := all(l); len(after) < len(before) {
		t.Fatalf("%d entries, %d before", len(after), len(before))
	}
	written := changelog{}
	l.Dirty(func(slot int) { written[slot], _ = l.AppendChunk(nil, slot) })
	l.Cut(newest, func(timeline.Entry) {})
}
