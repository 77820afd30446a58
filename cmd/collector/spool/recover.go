package spool

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// recover reads the folder as a crash may have left it.
func (l *Log) recover() error {
	if err := l.readCursor(); err != nil {
		return err
	}
	names, err := l.fs.List(l.dir)
	if err != nil {
		return err
	}
	var numbers []uint64
	for _, name := range names {
		if stem, ok := strings.CutSuffix(name, segmentSuffix); ok {
			n, err := strconv.ParseUint(stem, 10, 64)
			if err != nil {
				return fmt.Errorf("%s: not a segment of a spool; take it out of the folder", filepath.Join(l.dir, name))
			}
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		if n < l.cursor.segment { // drained, but not yet removed when the process ended
			if err := l.fs.Remove(l.path(n)); err != nil {
				return err
			}
			continue
		}
		seg, err := l.recoverSegment(n, i == len(numbers)-1)
		if err != nil {
			return err
		}
		if seg != nil {
			l.segments = append(l.segments, seg)
		}
	}
	return l.fs.SyncDir(l.dir)
}

// recoverSegment finds the whole records of a segment. What else there is at
// the end of the last segment is a torn tail, and damage elsewhere. The
// segment is not written to again.
func (l *Log) recoverSegment(number uint64, last bool) (*segment, error) {
	path := l.path(number)
	b, err := l.fs.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := checkSegmentHead(b, number); err != nil {
		if last && int64(len(b)) <= segmentHead { // begun, never taken into use
			return nil, l.fs.Remove(path)
		}
		if err := l.setAside(path, 0, b[:min(segmentHead, int64(len(b)))], err); err != nil {
			return nil, err
		}
		if int64(len(b)) < segmentHead {
			return nil, l.fs.Remove(path)
		}
		copy(b, appendSegmentHead(nil, number))
		return l.rewrite(number, b, last)
	}
	if whole, records := wholeRecords(b); whole == int64(len(b)) {
		return l.recovered(number, b, records)
	}
	return l.rewrite(number, b, last)
}

// wholeRecords gives how far a segment's records are whole, and how many.
func wholeRecords(b []byte) (end, records int64) {
	for end = segmentHead; end < int64(len(b)); records++ {
		_, n, err := parseRecord(b[end:])
		if err != nil {
			break
		}
		end += int64(n)
	}
	return end, records
}

// rewrite sets aside what is no whole record and leaves a segment of the
// others. Where that moves the cursor's place, all of the segment counts as
// not released: what comes out twice is absorbed.
func (l *Log) rewrite(number uint64, b []byte, last bool) (*segment, error) {
	path := l.path(number)
	kept := append([]byte(nil), b[:segmentHead]...)
	records := int64(0)
	for at := segmentHead; at < int64(len(b)); {
		_, n, err := parseRecord(b[at:])
		if err == nil {
			kept = append(kept, b[at:at+int64(n)]...)
			at += int64(n)
			records++
			continue
		}
		next := at + int64(nextRecord(b[at:]))
		if last && next == int64(len(b)) {
			l.log.Info("a record that was never acknowledged is cut from the spool", "segment", path, "bytes", next-at)
		} else if err := l.setAside(path, at, b[at:next], err); err != nil {
			return nil, err
		}
		at = next
	}
	if at := l.cursor.offset; l.cursor.segment == number && (int64(len(kept)) < at || !bytes.Equal(kept[:at], b[:at])) {
		l.cursor = Position{segment: number, offset: segmentHead}
		if err := l.writeCursor(l.cursor); err != nil {
			return nil, err
		}
	}
	if err := l.replace(path, kept); err != nil {
		return nil, err
	}
	return l.recovered(number, kept, records)
}

// recovered is a segment as the log knows it; its cursor gets its count.
func (l *Log) recovered(number uint64, b []byte, records int64) (*segment, error) {
	at, err := l.fs.ModTime(l.path(number))
	if err != nil {
		return nil, err
	}
	seg := &segment{number: number, size: int64(len(b)), records: records, times: []mark{{int64(len(b)), at}}}
	if l.cursor.segment != number {
		return seg, nil
	}
	place := Position{segment: number, offset: segmentHead}
	for place.offset < l.cursor.offset && place.records < records {
		_, n, err := parseRecord(b[place.offset:])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.path(number), err)
		}
		if place.offset+int64(n) > l.cursor.offset {
			break // the cursor is inside a record: it comes out again
		}
		place.offset += int64(n)
		place.records++
	}
	l.cursor = place
	return seg, nil
}

// setAside keeps damaged bytes in a file of their own, for people to look at.
func (l *Log) setAside(path string, offset int64, b []byte, cause error) error {
	// The name says what it holds: one damage never replaces another.
	name := fmt.Sprintf("%s.%d.%08x%s", path, offset, crc32.Checksum(b, castagnoli), damagedSuffix)
	l.log.Error("the spool is damaged: these bytes are set aside and will not be sent",
		"segment", path, "offset", offset, "bytes", len(b), "kept_in", name, "error", cause)
	l.damaged++
	return l.replace(name, b)
}

// replace makes a file that is either the old one or has these bytes, whatever
// happens meanwhile.
func (l *Log) replace(path string, b []byte) error {
	file, err := l.fs.Create(path + newSuffix)
	if err != nil {
		return err
	}
	_, err = file.Write(b)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := l.fs.Rename(path+newSuffix, path); err != nil {
		return err
	}
	return l.fs.SyncDir(l.dir)
}

// The cursor's file holds a position and its checksum.
const cursorBytes = 8 + 8 + 4

func (l *Log) writeCursor(p Position) error {
	b := binary.BigEndian.AppendUint64(nil, p.segment)
	b = binary.BigEndian.AppendUint64(b, uint64(p.offset))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return l.replace(filepath.Join(l.dir, cursorName), b)
}

func (l *Log) readCursor() error {
	path := filepath.Join(l.dir, cursorName)
	b, err := l.fs.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(b) != cursorBytes || crc32.Checksum(b[:16], castagnoli) != binary.BigEndian.Uint32(b[16:]) {
		// Reading everything again doubles at worst, and that is absorbed.
		l.log.Error("the spool's cursor is damaged: everything in the spool is sent again", "file", path)
		return nil
	}
	l.cursor = Position{segment: binary.BigEndian.Uint64(b), offset: int64(binary.BigEndian.Uint64(b[8:]))}
	return nil
}
