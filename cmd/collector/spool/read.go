package spool

import (
	"errors"
	"fmt"
)

// Read gives the oldest records that are not released, at most maxRecords and,
// but for the first, maxBytes of them, all of one segment; end is the position
// to release once they are safe elsewhere.
func (l *Log) Read(maxRecords, maxBytes int) (records [][]byte, end Position, err error) {
	l.mu.Lock()
	var seg *segment
	var marks []mark
	for _, s := range l.segments {
		if marks = s.after(l.cursor); len(marks) > 0 {
			seg = s
			break
		}
	}
	start := int64(segmentHead)
	if seg != nil && seg.number == l.cursor.segment {
		start = max(start, l.cursor.offset)
	}
	l.mu.Unlock()
	if seg == nil {
		return nil, Position{}, nil
	}
	n := 1
	for n < len(marks) && n < maxRecords && marks[n].end-start <= int64(maxBytes) {
		n++
	}
	stop := marks[n-1].end
	buf, err := l.fs.ReadAt(l.path(seg.number), start, stop-start)
	if err != nil {
		return nil, Position{}, fmt.Errorf("%s: %w", l.path(seg.number), err)
	}
	for len(buf) > 0 {
		r, size, err := parseRecord(buf)
		if err != nil {
			// It was whole when it was written or opened: the disk has changed it.
			return nil, Position{}, fmt.Errorf("%s at byte %d: %w; the disk may be failing. Start again: what is damaged is set aside",
				l.path(seg.number), stop-int64(len(buf)), err)
		}
		records = append(records, r)
		buf = buf[size:]
	}
	return records, Position{seg.number, stop}, nil
}

// Release forgets everything up to a position, durably: it is never read
// again once Release has returned nil.
func (l *Log) Release(end Position) error {
	if err := l.writeCursor(end); err != nil {
		return err
	}
	l.mu.Lock()
	l.cursor = end
	var gone []uint64
	for len(l.segments) > 0 && len(l.segments[0].after(end)) == 0 {
		// The segment that is written to stays until it is full or large: a
		// new one for each short outage would be a file each.
		if len(l.segments) == 1 && l.file != nil && l.segments[0].size < SegmentBytes/8 {
			break
		}
		if len(l.segments) == 1 && l.file != nil {
			if l.writing {
				break
			}
			_ = l.file.Close()
			l.file = nil
		}
		gone = append(gone, l.segments[0].number)
		l.segments = l.segments[1:]
	}
	l.mu.Unlock()
	var errs []error
	for _, n := range gone {
		errs = append(errs, l.fs.Remove(l.path(n)))
	}
	if err := errors.Join(errs...); err != nil {
		// The cursor says that they are done with: they are removed at the next start.
		l.log.Warn("remove drained segments of the spool", "error", err)
	}
	return nil
}
