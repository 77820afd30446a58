package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
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

// recoverSegment finds the whole records of a segment. What comes behind them
// is a torn tail in the last segment, or where a failed write has left one,
// and damage elsewhere; either way it never was acknowledged or it is set
// aside. The segment is not written to again.
func (l *Log) recoverSegment(number uint64, last bool) (*segment, error) {
	path := l.path(number)
	b, err := l.fs.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := checkHead(b, number); err != nil {
		if last && len(b) <= segmentHead { // begun, never taken into use
			return nil, l.fs.Remove(path)
		}
		return nil, l.setAside(path, 0, b, err)
	}
	info, err := l.fs.ModTime(path)
	if err != nil {
		return nil, err
	}
	seg := &segment{number: number, size: int64(segmentHead)}
	for rest := b[segmentHead:]; len(rest) > 0; {
		_, size, err := parseRecord(rest)
		if err != nil {
			if !last || wholeRecordBehind(rest) {
				if err := l.setAside(path, seg.size, rest, err); err != nil {
					return nil, err
				}
			} else {
				l.log.Info("a record that was never acknowledged is cut from the spool", "segment", path, "bytes", len(rest))
			}
			if err := l.fs.Truncate(path, seg.size); err != nil {
				return nil, err
			}
			break
		}
		seg.size += int64(size)
		seg.records = append(seg.records, mark{seg.size, info})
		rest = rest[size:]
	}
	if l.cursor.segment == number && l.cursor.offset > seg.size {
		l.cursor.offset = seg.size
	}
	return seg, nil
}

// wholeRecordBehind tells damage from a torn tail: behind a torn tail nothing
// is whole, since records are written in order.
func wholeRecordBehind(b []byte) bool {
	if len(b) < recordHead {
		return false
	}
	n := int(binary.BigEndian.Uint32(b))
	if n > maxRecord || n >= len(b)-recordHead {
		return false
	}
	_, _, err := parseRecord(b[recordHead+n:])
	return err == nil
}

// setAside keeps damaged bytes in a file of their own, for people to look at.
func (l *Log) setAside(path string, offset int64, b []byte, cause error) error {
	name := path + damagedSuffix
	l.log.Error("the spool is damaged: what follows is set aside and will not be sent",
		"segment", path, "offset", offset, "bytes", len(b), "kept_in", name, "error", cause)
	file, err := l.fs.Create(name)
	if err != nil {
		return err
	}
	_, err = file.Write(b)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close(), l.fs.SyncDir(l.dir)); err != nil {
		return err
	}
	if offset == 0 {
		return l.fs.Remove(path)
	}
	return nil
}

// The cursor's file holds a position and its checksum. It is replaced by
// renaming, so that it is either the old or the new one.
const cursorBytes = 8 + 8 + 4

func (l *Log) writeCursor(p Position) error {
	b := binary.BigEndian.AppendUint64(nil, p.segment)
	b = binary.BigEndian.AppendUint64(b, uint64(p.offset))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	path := filepath.Join(l.dir, cursorName)
	file, err := l.fs.Create(path + ".new")
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
	if err := l.fs.Rename(path+".new", path); err != nil {
		return err
	}
	return l.fs.SyncDir(l.dir)
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
	l.cursor = Position{binary.BigEndian.Uint64(b), int64(binary.BigEndian.Uint64(b[8:]))}
	return nil
}

// modified is the time that recovered records are given: when their segment
// was last written.
func modified(t time.Time) time.Time { return t.UTC() }
