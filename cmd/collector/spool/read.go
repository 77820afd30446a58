package spool

import (
	"errors"
	"fmt"
)

// Read gives the oldest records that are not released, at most maxRecords and,
// but for the first, maxBytes of them, all of one segment; end is the position
// to release once they are safe elsewhere.
func (l *Log) Read(maxRecords, maxBytes int) (records [][]byte, end Position, err error) {
	at, size, ok := l.oldest()
	if !ok {
		return nil, Position{}, nil
	}
	path := l.path(at.segment)
	b, err := l.fs.ReadAt(path, at.offset, min(size-at.offset, int64(maxBytes)+recordHead))
	if err != nil {
		return nil, Position{}, fmt.Errorf("%s: %w", path, err)
	}
	for end = at; len(b) > 0 && len(records) < maxRecords; {
		r, n, err := parseRecord(b)
		if errors.Is(err, errCutOff) && len(records) > 0 {
			break // of what was asked for
		}
		if errors.Is(err, errCutOff) && int64(n) > int64(len(b)) && end.offset+int64(n) <= size {
			if b, err = l.fs.ReadAt(path, end.offset, int64(n)); err != nil {
				return nil, Position{}, fmt.Errorf("%s: %w", path, err)
			}
			continue
		}
		if err != nil {
			// It was whole when it was written or opened: the disk has changed it.
			return nil, Position{}, fmt.Errorf("%s at byte %d: %w; the disk may be failing. Start again: what is damaged is set aside",
				path, end.offset, err)
		}
		records = append(records, r)
		b = b[n:]
		end.offset += int64(n)
		end.records++
	}
	return records, end, nil
}

// oldest is where the oldest record that is not released begins, and the size
// of its segment.
func (l *Log) oldest() (at Position, size int64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.segments {
		if s.number == l.cursor.segment && s.records > l.cursor.records {
			return l.cursor, s.size, true
		}
		if s.number > l.cursor.segment && s.records > 0 {
			return Position{segment: s.number, offset: segmentHead}, s.size, true
		}
	}
	return Position{}, 0, false
}

// Release forgets everything up to a position. Where that cannot be noted on
// disk it is only forgotten until the next Open, which gives it out again: a
// disk that is full must not keep its spool from being emptied.
func (l *Log) Release(end Position) {
	if err := l.writeCursor(end); err != nil {
		l.log.Warn("the spool's cursor could not be written: after a crash its items are sent again", "error", err)
	}
	l.mu.Lock()
	l.cursor = end
	var gone []uint64
	for len(l.segments) > 0 && l.drained(l.segments[0]) {
		if len(l.segments) == 1 && l.file != nil {
			// A new segment for each short outage would be a file each.
			if l.writing || l.segments[0].size < min(l.segmentBytes, l.max)/8 {
				break
			}
			_ = l.file.Close()
			l.file = nil
		}
		gone = append(gone, l.segments[0].number)
		l.segments = l.segments[1:]
	}
	l.mu.Unlock()
	for _, n := range gone {
		if err := l.fs.Remove(l.path(n)); err != nil {
			l.log.Warn("a drained segment of the spool could not be removed", "segment", l.path(n), "error", err)
		}
	}
}

// drained tells whether all records of a segment are released.
func (l *Log) drained(s *segment) bool {
	return s.number < l.cursor.segment || s.number == l.cursor.segment && s.records == l.cursor.records
}
