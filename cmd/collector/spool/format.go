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
	newSuffix     = ".new"
	cursorName    = "cursor"

	magic       = "ODOSPL1\n"
	segmentHead = int64(len(magic) + 8) // the segment's number
	recordHead  = 12

	maxRecord = 64 << 20 // a longer one is damage: no request is that large
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errCutOff   = errors.New("the record is cut off")
	errHeadSum  = errors.New("the record's head does not match its checksum")
	errChecksum = errors.New("the record does not match its checksum")
	errSegment  = errors.New("not a segment of a spool")
)

func appendSegmentHead(dst []byte, number uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, magic...), number)
}

func checkSegmentHead(b []byte, number uint64) error {
	if int64(len(b)) < segmentHead || string(b[:len(magic)]) != magic || binary.BigEndian.Uint64(b[len(magic):]) != number {
		return errSegment
	}
	return nil
}

// appendRecord writes a record: its length, the CRC-32C of its bytes, the
// CRC-32C of these two, and its bytes. The head's own checksum lets damage be
// skipped: where the next record begins can be told from any other place.
func appendRecord(dst, r []byte) []byte {
	at := len(dst)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(r)))
	dst = binary.BigEndian.AppendUint32(dst, crc32.Checksum(r, castagnoli))
	dst = binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst[at:], castagnoli))
	return append(dst, r...)
}

// parseRecord reads the first record of b and says how many bytes it takes;
// with errChecksum that is how many the damaged record takes, with errCutOff
// how many it would take, 0 where not even its head is there.
func parseRecord(b []byte) (r []byte, size int, err error) {
	if len(b) < recordHead {
		return nil, 0, errCutOff
	}
	if crc32.Checksum(b[:8], castagnoli) != binary.BigEndian.Uint32(b[8:]) {
		return nil, 0, errHeadSum
	}
	n := int(binary.BigEndian.Uint32(b))
	if n > maxRecord {
		return nil, 0, fmt.Errorf("%w: a length of %d bytes", errHeadSum, n)
	}
	size = recordHead + n
	if size > len(b) {
		return nil, size, errCutOff
	}
	r = b[recordHead:size:size]
	if crc32.Checksum(r, castagnoli) != binary.BigEndian.Uint32(b[4:]) {
		return nil, size, errChecksum
	}
	return r, size, nil
}

// nextRecord is where the first whole record of b begins; len(b) if there is
// none.
func nextRecord(b []byte) int {
	for i := 0; i+recordHead <= len(b); i++ {
		if crc32.Checksum(b[i:i+8], castagnoli) != binary.BigEndian.Uint32(b[i+8:]) {
			continue
		}
		if _, _, err := parseRecord(b[i:]); err == nil {
			return i
		}
	}
	return len(b)
}
