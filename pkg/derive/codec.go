package derive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
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
	baseVersion   = 1
	ledgerVersion = 1
)

// ErrState says that bytes are not a part of a device.
var ErrState = errors.New("not a part of a device's derived state")

// Dirty calls put for each part that changed since the fork; a nil value is a
// part that is there no more. The value is valid during the call.
func (d *Device) Dirty(put func(part string, value []byte)) {
	var buf []byte
	if d.changed.base {
		buf = d.appendBase(buf[:0])
		put(partBase, buf)
	}
	if d.changed.ledger {
		buf = d.appendLedger(buf[:0])
		put(partLedger, buf)
	}
	d.log.Dirty(func(slot int) {
		part := partLog + strconv.Itoa(slot)
		var there bool
		if buf, there = d.log.AppendChunk(buf[:0], slot); there {
			put(part, buf)
			return
		}
		put(part, nil)
	})
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
		err = d.parseLedger(value)
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
	dst = append(dst, baseVersion)
	dst = binary.AppendVarint(dst, d.base.at)
	dst = appendString(dst, d.with.version)
	dst = d.with.profile.append(dst)
	dst = d.base.judges.append(dst)
	dst = binary.AppendUvarint(dst, uint64(len(d.base.said)))
	for _, c := range d.base.said {
		dst = c.append(dst)
		dst = appendBool(dst, c.ongoing)
		dst = binary.AppendVarint(dst, c.seen)
		dst = packRecord(dst, c.record)
	}
	return dst
}

func (d *Device) parseBase(b []byte) (err error) {
	if len(b) == 0 || b[0] != baseVersion {
		return errPacked
	}
	u := unpacker{b: b[1:]}
	base := &checkpoint{at: u.varint()}
	d.with.version = u.string()
	d.with.profile.parse(&u)
	if u.err != nil {
		return u.err
	}
	if u.b, err = base.judges.decode(u.b); err != nil {
		return err
	}
	for range u.uvarint() {
		c := &content{key: parseKey(&u)}
		c.ongoing, c.seen = u.byte() != 0, u.varint()
		if u.err != nil {
			return u.err
		}
		if c.record, u.b, err = unpackRecord(u.b); err != nil {
			return err
		}
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

func (k *key) append(dst []byte) []byte {
	dst = appendString(dst, k.kind)
	dst = binary.AppendVarint(dst, k.start)
	return appendString(dst, k.of)
}

func parseKey(u *unpacker) key {
	return key{kind: u.string(), start: u.varint(), of: u.string()}
}

// The ledger of versions: an entry that has the device's version carries none.
func (d *Device) appendLedger(dst []byte) []byte {
	dst = append(dst, ledgerVersion)
	dst = appendString(dst, d.with.version)
	dst = binary.AppendUvarint(dst, uint64(len(d.ledger)))
	for i := range d.ledger {
		s := &d.ledger[i]
		dst = s.append(dst)
		dst = binary.AppendUvarint(dst, uint64(s.revision))
		dst = binary.AppendVarint(dst, s.seen-s.start)
		dst = append(dst, ledgerFlags(s, d.with.version))
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
)

func ledgerFlags(s *sent, version string) (f byte) {
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

func (d *Device) parseLedger(b []byte) error {
	if len(b) == 0 || b[0] != ledgerVersion {
		return errPacked
	}
	u := unpacker{b: b[1:]}
	version := u.string()
	d.ledger = nil
	for range u.uvarint() {
		s := sent{key: parseKey(&u), revision: uint32(u.uvarint())}
		s.seen = s.start + u.varint()
		f := u.byte()
		s.ongoing, s.retracted, s.version = f&flagOngoing != 0, f&flagRetracted != 0, version
		if f&flagVersion != 0 {
			s.version = u.string()
		}
		if u.err != nil {
			return u.err
		}
		d.ledger = append(d.ledger, s)
	}
	return u.end()
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
