// Package spool keeps records on the local disk until Kafka can take them: an
// append-only log in segments, read in order from a cursor.
//
// What Append returned nil for is on disk, synced, and comes out of Read after
// any crash, once and unaltered, until it is released. Concurrent callers of
// Append share a sync.
//
// A record on disk is its length (4 bytes), its CRC-32C (4 bytes) and its
// bytes; a segment begins with a header that names its format and number. At
// the end of the last segment a record that is cut off or does not match its
// checksum was never acknowledged and is cut away. Anywhere else it is damage:
// the rest of that segment is set aside under the name of the segment with
// ".damaged" behind it, loudly, and never deleted.
//
// After a failed write or sync nothing more is written to that segment: what a
// file system makes of its pages after that is not known, and a second sync
// that succeeds proves nothing. The records of that call are not acknowledged.
//
// Why not a library: the write-ahead logs to be had (tidwall/wal, those of
// etcd, Prometheus and Raft implementations) either sync per call and have no
// checksum per record, or belong to a data base of their own; none lets a test
// put a failing file system under it, and this guarantee is what the collector
// exists for.
package spool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"
)

// SegmentBytes is the size at which a segment is closed and the next begun.
const SegmentBytes = 32 << 20

var (
	// ErrFull tells that the records would take the spool over its limit.
	ErrFull = errors.New("the spool is full")
	// ErrClosed tells that the spool was closed.
	ErrClosed = errors.New("the spool is closed")
	// ErrLocked tells that another process has the spool.
	ErrLocked = errors.New("another process has the spool")
)

// A Log is a spool in a folder. Append, Stats and Wait may be called by many;
// Read and Release by one.
type Log struct {
	fs     FS
	dir    string
	max    int64
	log    *slog.Logger
	unlock func() error

	mu       sync.Mutex
	closed   bool
	queue    []*group // appends that wait for the next write
	writing  bool
	segments []*segment // oldest first; the last is written to
	file     File       // of the last segment; nil: the next append begins another
	cursor   Position   // released up to here
	changed  chan struct{}
}

// A Position is a place in the log, behind a record.
type Position struct {
	segment uint64
	offset  int64
}

// A segment is one file. Its fields are guarded by the log's mutex.
type segment struct {
	number  uint64
	size    int64 // synced bytes, header and all
	records []mark
}

// A mark says where a record of a segment ends and when it was appended.
type mark struct {
	end int64
	at  time.Time
}

// A group is the records of one call of Append.
type group struct {
	records [][]byte
	done    chan error
}

// Stats says what waits in the spool.
type Stats struct {
	Bytes        int64 // on disk, released ones in open segments included
	Records      int64 // not released
	OldestAppend time.Time
}

// Open opens or makes the spool in a folder and recovers what a crash left.
func Open(fs FS, dir string, maxBytes int64, log *slog.Logger) (*Log, error) {
	if err := fs.MkdirAll(dir); err != nil {
		return nil, err
	}
	unlock, err := fs.Lock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	l := &Log{fs: fs, dir: dir, max: maxBytes, log: log, unlock: unlock, changed: make(chan struct{})}
	if err := l.recover(); err != nil {
		_ = unlock()
		return nil, err
	}
	return l, nil
}

// Append returns nil once all records are on disk and synced. Otherwise none
// of them counts as accepted, though they may come out of Read.
func (l *Log) Append(ctx context.Context, records ...[]byte) error {
	if len(records) == 0 {
		return nil
	}
	g := &group{records: records, done: make(chan error, 1)}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return ErrClosed
	}
	l.queue = append(l.queue, g)
	lead := !l.writing
	l.writing = true
	l.mu.Unlock()
	if lead {
		l.writeQueue()
	}
	select {
	case err := <-g.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writeQueue writes what is queued until nothing is: the first caller writes
// for all that come while it does.
func (l *Log) writeQueue() {
	for {
		l.mu.Lock()
		groups := l.queue
		l.queue = nil
		if len(groups) == 0 {
			l.writing = false
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		l.writeGroups(groups)
	}
}

// writeGroups writes and syncs groups together, those that still fit.
func (l *Log) writeGroups(groups []*group) {
	used := l.bytes()
	var buf []byte
	var ends []int64
	var taken []*group
	for _, g := range groups {
		need := int64(0)
		for _, r := range g.records {
			need += recordHead + int64(len(r))
		}
		if used+int64(len(buf))+need+int64(segmentHead) > l.max {
			g.done <- fmt.Errorf("%w: %d of %d bytes are taken", ErrFull, used, l.max)
			continue
		}
		for _, r := range g.records {
			buf = appendRecord(buf, r)
			ends = append(ends, int64(len(buf)))
		}
		taken = append(taken, g)
	}
	if len(taken) == 0 {
		return
	}
	err := l.write(buf, ends)
	for _, g := range taken {
		g.done <- err
	}
}

func (l *Log) write(buf []byte, ends []int64) error {
	seg, file, err := l.openSegment()
	if err != nil {
		return err
	}
	if _, err = file.Write(buf); err == nil {
		err = file.Sync()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.abandon(file)
		return fmt.Errorf("write the spool: %w", err)
	}
	now := time.Now()
	for _, e := range ends {
		seg.records = append(seg.records, mark{seg.size + e, now})
	}
	seg.size += int64(len(buf))
	if seg.size >= SegmentBytes {
		l.file = nil
		if err := file.Close(); err != nil {
			l.log.Warn("close a full segment of the spool", "error", err) // it is synced
		}
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return nil
}

// abandon gives up the segment that is written to, after an error. What it
// holds up to its last synced record stays readable. The records behind that
// were not acknowledged, so it is cut there if the file system still can; if
// not, opening it again finds a torn tail.
func (l *Log) abandon(file File) {
	seg := l.segments[len(l.segments)-1]
	_ = file.Close()
	l.file = nil
	if err := l.fs.Truncate(l.path(seg.number), seg.size); err != nil {
		l.log.Error("the spool's segment could not be cut after a failed write", "segment", l.path(seg.number), "error", err)
	}
}

// openSegment gives the segment to write to, a new one if need be. Only
// writeQueue calls it, so there is one writer.
func (l *Log) openSegment() (*segment, File, error) {
	l.mu.Lock()
	if l.file != nil {
		defer l.mu.Unlock()
		return l.segments[len(l.segments)-1], l.file, nil
	}
	number := l.cursor.segment
	if n := len(l.segments); n > 0 {
		number = l.segments[n-1].number
	}
	number++
	l.mu.Unlock()

	file, err := l.create(number)
	if err != nil {
		return nil, nil, fmt.Errorf("begin a segment of the spool: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	seg := &segment{number: number, size: int64(segmentHead)}
	l.segments, l.file = append(l.segments, seg), file
	return seg, file, nil
}

// create makes a segment's file with its header, durable with its name. What a
// failed attempt left under the name is replaced: it never took a record.
func (l *Log) create(number uint64) (File, error) {
	file, err := l.fs.Create(l.path(number))
	if err != nil {
		return nil, err
	}
	if _, err = file.Write(appendHead(nil, number)); err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = l.fs.SyncDir(l.dir)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

func (l *Log) path(number uint64) string {
	return filepath.Join(l.dir, fmt.Sprintf("%020d%s", number, segmentSuffix))
}

// bytes is what the segments take on disk.
func (l *Log) bytes() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bytesLocked()
}

func (l *Log) bytesLocked() (n int64) {
	for _, s := range l.segments {
		n += s.size
	}
	return n
}

// Stats says what waits.
func (l *Log) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Stats{Bytes: l.bytesLocked()}
	for _, seg := range l.segments {
		left := seg.after(l.cursor)
		if s.Records == 0 && len(left) > 0 {
			s.OldestAppend = left[0].at
		}
		s.Records += int64(len(left))
	}
	return s
}

// after are the records of a segment that lie behind a position.
func (s *segment) after(p Position) []mark {
	if s.number < p.segment {
		return nil
	}
	if s.number > p.segment {
		return s.records
	}
	for i, m := range s.records {
		if m.end > p.offset {
			return s.records[i:]
		}
	}
	return nil
}

// Wait returns nil once there is something to read.
func (l *Log) Wait(ctx context.Context) error {
	for {
		l.mu.Lock()
		changed, closed := l.changed, l.closed
		l.mu.Unlock()
		switch {
		case closed:
			return ErrClosed
		case l.Stats().Records > 0:
			return ctx.Err()
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close closes the spool; what it holds stays for the next Open.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	close(l.changed)
	var err error
	if l.file != nil {
		err = l.file.Close()
	}
	return errors.Join(err, l.unlock())
}
