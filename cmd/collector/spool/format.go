package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

const (
	segmentSuffix = ".spool"
	damagedSuffix = ".damaged"
	cursorName    = "cursor"

	magic       = "ODOSPL1\n"
	segmentHead = len(magic) + 8 // the segment's number
	recordHead  = 8

	maxRecord = 64 << 20 // a longer one is damage: no request is that large
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errCutOff   = errors.New("the record is cut off")
	errChecksum = errors.New("the record does not match its checksum")
	errHead     = errors.New("not a segment of a spool")
)

func appendHead(dst []byte, number uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, magic...), number)
}

func checkHead(b []byte, number uint64) error {
	if len(b) < segmentHead || string(b[:len(magic)]) != magic || binary.BigEndian.Uint64(b[len(magic):]) != number {
		return errHead
	}
	return nil
}

func appendRecord(dst, r []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(r)))
	dst = binary.BigEndian.AppendUint32(dst, checksum(r))
	return append(dst, r...)
}

// checksum covers the length too: a length of zeros must not look like an
// empty record.
func checksum(r []byte) uint32 {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(r)))
	return crc32.Update(crc32.Checksum(n[:], castagnoli), castagnoli, r)
}

// parseRecord reads the first record of b and says how many bytes it takes.
func parseRecord(b []byte) (r []byte, size int, err error) {
	if len(b) < recordHead {
		return nil, 0, errCutOff
	}
	n := int(binary.BigEndian.Uint32(b))
	if n > maxRecord {
		return nil, 0, fmt.Errorf("%w: a length of %d bytes", errChecksum, n)
	}
	if n > len(b)-recordHead {
		return nil, 0, errCutOff
	}
	r = b[recordHead : recordHead+n : recordHead+n]
	if checksum(r) != binary.BigEndian.Uint32(b[4:]) {
		return nil, 0, errChecksum
	}
	return r, recordHead + n, nil
}
