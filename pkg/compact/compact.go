// Package compact writes and reads the fields of a state in few bytes. One function
// goes over the fields for both, so that what is written is what is read:
//
//	func (s *State) fields(f *compact.Fields) {
//		f.Int(&s.count)
//		f.Text(&s.name)
//	}
package compact

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Fields are bytes that the fields of a state are written to, or read from. Numbers
// are varints. Once something is not what it should be, Err says so and nothing more
// is read.
type Fields struct {
	Base int64 // times are written as seconds before it, see Time

	bytes   []byte // written to, or left to read
	writing bool
	of      error
	err     error
}

// Writer writes behind dst.
func Writer(dst []byte) Fields { return Fields{bytes: dst, writing: true} }

// Reader reads b; its errors wrap of.
func Reader(b []byte, of error) Fields { return Fields{bytes: b, of: of} }

// Writing tells whether fields are written.
func (f *Fields) Writing() bool { return f.writing }

// Bytes are those that were written, or those that are left to read.
func (f *Fields) Bytes() []byte { return f.bytes }

// Err is what is wrong with what was read.
func (f *Fields) Err() error { return f.err }

// Fail says that something is wrong with what was read.
func (f *Fields) Fail(why string) {
	if f.err == nil {
		f.err = fmt.Errorf("%w: %s", f.of, why)
	}
	f.bytes = nil
}

const cutOff = "cut off"

// Int is a number.
func (f *Fields) Int(n *int64) {
	if f.writing {
		f.bytes = binary.AppendVarint(f.bytes, *n)
		return
	}
	v, size := binary.Varint(f.bytes)
	if size <= 0 {
		f.Fail(cutOff)
		return
	}
	*n, f.bytes = v, f.bytes[size:]
}

// Between is a number from low to high.
func (f *Fields) Between(n *int64, low, high int64) {
	if f.Int(n); *n < low || *n > high {
		f.Fail("a number out of range")
		*n = low
	}
}

// Int32 is a number of 32 bits.
func (f *Fields) Int32(v *int32) {
	n := int64(*v)
	f.Between(&n, math.MinInt32, math.MaxInt32)
	*v = int32(n)
}

// Uint8 is a number of 8 bits.
func (f *Fields) Uint8(v *uint8) {
	n := int64(*v)
	f.Between(&n, 0, math.MaxUint8)
	*v = uint8(n)
}

// Float32 is a fraction, written as the number that its bits are.
func (f *Fields) Float32(v *float32) {
	n := int64(math.Float32bits(*v))
	f.Between(&n, 0, math.MaxUint32)
	*v = math.Float32frombits(uint32(n))
}

// Float64 is a fraction of eight bytes.
func (f *Fields) Float64(v *float64) {
	if f.writing {
		f.bytes = binary.LittleEndian.AppendUint64(f.bytes, math.Float64bits(*v))
		return
	}
	if len(f.bytes) < 8 {
		f.Fail(cutOff)
		return
	}
	*v, f.bytes = math.Float64frombits(binary.LittleEndian.Uint64(f.bytes)), f.bytes[8:]
}

// Flags are up to 63 flags in one number.
func (f *Fields) Flags(all ...*bool) {
	var n int64
	for i, flag := range all {
		if *flag {
			n |= 1 << i
		}
	}
	f.Between(&n, 0, 1<<len(all)-1)
	for i, flag := range all {
		*flag = n&(1<<i) != 0
	}
}

// Time is a time in seconds, written as seconds before Base; 0 stands for none, as
// it does in the state.
func (f *Fields) Time(t *int64) {
	var n int64
	if *t != 0 {
		n = f.Base - *t + 1
		if n <= 0 {
			n--
		}
	}
	f.Int(&n)
	if f.writing || n == 0 {
		return
	}
	if n < 0 {
		n++
	}
	*t = f.Base - n + 1
}

// Text is a string.
func (f *Fields) Text(s *string) {
	n := int64(len(*s))
	f.Int(&n)
	if f.writing {
		f.bytes = append(f.bytes, *s...)
		return
	}
	if n < 0 || n > int64(len(f.bytes)) {
		f.Fail(cutOff)
		return
	}
	*s, f.bytes = string(f.bytes[:n]), f.bytes[n:]
}
