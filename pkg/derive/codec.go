package derive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A device is stored in parts, each by itself when it changes: its base with
// what was carried over it, its ledger, and the chunks of its log.
const (
	partBase   = "b"
	partLedger = "l"
	partLog    = "t" // with the chunk's slot behind it
)

const (
	baseVersion       = 3
	baseNotSqueezed   = 2
	baseWithoutFences = 1
	ledgerVersion     = 1
)

// ErrState says that bytes are not a part of a device.
var ErrState = errors.New("not a part of a device's derived state")

// Dirty calls put for each part that changed since the fork; a nil value is a
// part that is there no more. The value is valid during the call: it is in
// scratch, which is given back for the next use.
func (d *Device) Dirty(scratch []byte, put func(part string, value []byte)) []byte {
	buf := scratch
	if d.changed.base {
		buf = d.appendBase(buf[:0])
		put(partBase, buf)
	}
	if d.changed.ledger {
		d.packLedger()
		put(partLedger, d.packed)
	}
	d.log.Dirty(func(slot int) {
		var there bool
		if buf, there = d.log.AppendChunk(buf[:0], slot); there {
			put(logPart(slot), buf)
			return
		}
		put(logPart(slot), nil)
	})
	return buf
}

// logParts are the parts of the first slots, which most devices do with.
var logParts = func() (names [32]string) {
	for slot := range names {
		names[slot] = partLog + strconv.Itoa(slot)
	}
	return names
}()

func logPart(slot int) string {
	if slot < len(logParts) {
		return logParts[slot]
	}
	return partLog + strconv.Itoa(slot)
}

// Owns tells whether a part is one of a Device.
func Owns(part string) bool {
	return part == partBase || part == partLedger || strings.HasPrefix(part, partLog)
}

// Load takes back a part that Dirty gave, nil for one that is there no more. It
// may be called again with a later value of the same part. Loaded must follow.
func (d *Device) Load(part string, value []byte) error {
	var err error
	switch {
	case part == partBase:
		err = d.parseBase(value)
	case part == partLedger:
		if _, err = d.parseLedger(value); err == nil {
			d.packed = slices.Clone(value)
		}
	case strings.HasPrefix(part, partLog):
		var slot int
		if slot, err = strconv.Atoi(part[len(partLog):]); err == nil {
			if d.load == nil {
				d.load = &timeline.Loader{}
			}
			err = d.load.Load(slot, value)
		}
	default:
		err = errors.New("unknown part")
	}
	if err != nil {
		return fmt.Errorf("%w: part %s: %w", ErrState, part, err)
	}
	return nil
}

// Loaded ends the loading of parts.
func (d *Device) Loaded() (err error) {
	if d.load == nil {
		return nil
	}
	if d.log, err = d.load.Log(); err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	d.load = nil
	if d.base == nil {
		return fmt.Errorf("%w: entries without a base", ErrState)
	}
	return nil
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}

func (d *Device) appendBase(dst []byte) []byte {
	var buf [1024]byte
	return squeeze(append(dst, baseVersion), d.baseContent(buf[:0]))
}

func (d *Device) baseContent(dst []byte) []byte {
	dst = binary.AppendVarint(dst, d.base.at)
	dst = appendString(dst, d.with.version)
	dst = d.with.profile.append(dst)
	dst = append(dst, d.base.packed...)
	dst = binary.AppendUvarint(dst, uint64(len(d.base.said)))
	for _, c := range d.base.said {
		dst = c.append(dst, d.base.at)
		dst = appendBool(dst, c.ongoing)
		dst = binary.AppendVarint(dst, c.seen-c.start)
		dst = append(dst, c.bytes()...)
	}
	return dst
}

func (d *Device) parseBase(b []byte) error {
	if len(b) == 0 || b[0] == 0 || b[0] > baseVersion {
		return errPacked
	}
	version, b := b[0], b[1:]
	if version >= baseVersion {
		var err error
		if b, err = unsqueeze(b); err != nil {
			return err
		}
	}
	u := unpacker{b: b}
	base := &checkpoint{at: u.varint()}
	d.with.version = u.string()
	d.with.profile.parse(&u)
	if u.err != nil {
		return u.err
	}
	var j judges
	rest, err := j.decode(u.b, version)
	if err != nil {
		return err
	}
	base.packed, u.b = j.append(nil), rest
	for range u.uvarint() {
		c := &content{key: parseKey(&u, base.at)}
		c.ongoing, c.seen = u.byte() != 0, c.start+u.varint()
		if u.err != nil {
			return u.err
		}
		_, rest, err := unpackRecord(u.b, c.start)
		if err != nil {
			return err
		}
		c.packed, u.b = string(u.b[:len(u.b)-len(rest)]), rest
		base.said = append(base.said, c)
	}
	d.base = base
	return u.end()
}

// end demands that everything was read.
func (u *unpacker) end() error {
	if u.err == nil && len(u.b) > 0 {
		u.err = fmt.Errorf("%w: %d bytes too many", errPacked, len(u.b))
	}
	return u.err
}

// append adds a key to dst, its start as the difference to another time.
func (k *key) append(dst []byte, from int64) []byte {
	dst = appendWord(dst, k.kind)
	dst = binary.AppendVarint(dst, k.start-from)
	return appendWord(dst, k.of)
}

func parseKey(u *unpacker, from int64) key {
	return key{kind: u.word(), start: from + u.varint(), of: u.word()}
}

// The ledger is written often: an entry takes about six bytes. Its start is the
// difference to that of the entry before, flags and revision are one number, and
// it carries no version where that is the device's.
func (d *Device) appendLedger(dst []byte) []byte {
	dst = append(dst, ledgerVersion)
	dst = appendString(dst, d.with.version)
	dst = binary.AppendUvarint(dst, uint64(len(d.ledger)))
	from := int64(0)
	for i := range d.ledger {
		s := &d.ledger[i]
		dst = s.append(dst, from)
		from = s.start
		dst = binary.AppendUvarint(dst, uint64(s.revision)<<flagBits|ledgerFlags(s, d.with.version))
		dst = binary.AppendVarint(dst, s.seen-s.start)
		if s.version != d.with.version {
			dst = appendString(dst, s.version)
		}
	}
	return dst
}

const (
	flagOngoing = 1 << iota
	flagRetracted
	flagVersion
	flagBits = iota
)

func ledgerFlags(s *sent, version string) (f uint64) {
	if s.ongoing {
		f |= flagOngoing
	}
	if s.retracted {
		f |= flagRetracted
	}
	if s.version != version {
		f |= flagVersion
	}
	return f
}

// parseLedger reads a ledger; nil is an empty one.
func (d *Device) parseLedger(b []byte) (ledger, error) {
	if b == nil {
		return nil, nil
	}
	if len(b) == 0 || b[0] != ledgerVersion {
		return nil, errPacked
	}
	u := unpacker{b: b[1:]}
	version := d.with.version // mostly the same: no need of another copy
	if v := u.bytes(u.uvarint()); string(v) != version {
		version = string(v)
	}
	n := u.uvarint()
	if n > uint64(len(u.b)) { // each takes more than a byte
		return nil, errPacked
	}
	l := make(ledger, n, n+4)
	from := int64(0)
	for i := range l {
		s := &l[i]
		s.key = parseKey(&u, from)
		from = s.start
		f := u.uvarint()
		s.revision, s.seen = uint32(f>>flagBits), s.start+u.varint()
		s.ongoing, s.retracted, s.version = f&flagOngoing != 0, f&flagRetracted != 0, version
		if f&flagVersion != 0 {
			s.version = u.string()
		}
		if u.err != nil {
			return nil, u.err
		}
	}
	return l, u.end()
}

func appendOptFloat(dst []byte, o schema.Opt[float64]) []byte {
	if !o.Valid {
		return append(dst, 0)
	}
	return binary.LittleEndian.AppendUint64(append(dst, 1), math.Float64bits(o.Value))
}

func (u *unpacker) optFloat() schema.Opt[float64] {
	if u.byte() == 0 {
		return schema.Opt[float64]{}
	}
	b := u.bytes(8)
	if b == nil {
		return schema.Opt[float64]{}
	}
	return schema.Some(math.Float64frombits(binary.LittleEndian.Uint64(b)))
}
