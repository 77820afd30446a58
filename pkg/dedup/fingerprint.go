package dedup

import (
	"encoding/binary"
	"math"

	"github.com/cespare/xxhash/v2"

	"github.com/odograph/odograph/pkg/schema"
)

// Fingerprint is a byte of the content of a fix: its position to 1e-5 degree
// (about 1 m), speed to 1 km/h and heading to 1 degree. Sources print one fix
// with different precision, so the last digits must not count. Content that
// differs goes unnoticed in 1 of 256 cases, and content on the edge of a
// rounding step may seem to differ: the stored repeat has the values.
func Fingerprint(f *schema.Fix) byte {
	var b [32]byte
	put := func(at int, v float64) { binary.LittleEndian.PutUint64(b[at:], uint64(int64(math.Round(v)))) }
	put(0, f.Lat*1e5)
	put(8, f.Lng*1e5)
	put(16, -1)
	put(24, -1)
	if f.SpeedKMH.Valid {
		put(16, f.SpeedKMH.Value)
	}
	if f.HeadingDeg.Valid {
		put(24, f.HeadingDeg.Value)
	}
	return byte(xxhash.Sum64(b[:]))
}

// Identity is the identity of an item that is not a fix, as two deliveries of
// it share it: its kind and its bytes.
func Identity(kind string, item []byte) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(kind)
	_, _ = d.Write([]byte{0})
	_, _ = d.Write(item)
	return d.Sum64()
}
