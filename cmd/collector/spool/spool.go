// Package spool keeps records on the local disk until Kafka can take them: an
// append-only log in segments, read in order from a cursor.
//
// What Append returned nil for is on disk, synced, and comes out of Read after
// any crash, unaltered and in order, until it is released; after a crash it
// may come out again. Concurrent callers of Append share a sync.
//
// A segment is a header that names its format and number, and records with
// their checksums. At the end of the last segment what is no whole record was
// never acknowledged and is cut away. Anywhere else it is damage: it is set
// aside in a file whose name ends in ".damaged", loudly, and the records
// behind it are read as if it were not there.
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
	fs           FS
	dir          string
	max          int64
	segmentBytes int64
	log          *slog.Logger
	unlock       func() error
	ended        chan struct{} // closed when the writer has ended

	mu       sync.Mutex
	work     sync.Cond // there are appends to write, or the log is closed
	closed   bool
	queue    []*group // appends that wait for the next write
	writing  bool
	segments []*segment // oldest first; the last is written to
	file     File       // of the last segment; nil: the next append begins another
	cursor   Position   // released up to here
	damaged  int        // places that were set aside when it was opened
	changed  chan struct{}
}

// A Position is a place in the log, behind a record.
type Position struct {
	segment uint64
	offset  int64
	records int64 // of the segment, before the place
}

// A segment is one file. Its fields are guarded by the log's mutex.
type segment struct {
	number  uint64
	size    int64  // synced bytes, header and all
	records int64  // whole ones
	times   []mark // when its records were appended, a mark a second
}

// A mark says when the records before an offset, and behind the mark before,
// were appended.
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
	Damaged      int   // places that were set aside when the spool was opened
	OldestAppend time.Time
}

// Open opens or makes the spool in a folder and recovers what a crash left.
func Open(fs FS, dir string, maxBytes int64, log *slog.Logger) (*Log, error) {
	return open(fs, dir, maxBytes, SegmentBytes, log)
}

func open(fs FS, dir string, maxBytes, segmentBytes int64, log *slog.Logger) (*Log, error) {
	if err := fs.MkdirAll(dir); err != nil {
		return nil, err
	}
	unlock, err := fs.Lock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	l := &Log{
		fs: fs, dir: dir, max: maxBytes, segmentBytes: segmentBytes, log: log, unlock: unlock,
		ended: make(chan struct{}), changed: make(chan struct{}),
	}
	l.work.L = &l.mu
	if err := l.recover(); err != nil {
		return nil, errors.Join(err, unlock())
	}
	go l.write()
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
	l.work.Signal()
	l.mu.Unlock()
	select {
	case err := <-g.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write writes what is queued, all of it together, until the log is closed and
// nothing is left.
func (l *Log) write() {
	defer close(l.ended)
	for {
		l.mu.Lock()
		l.writing = false
		for len(l.queue) == 0 && !l.closed {
			l.work.Wait()
		}
		groups := l.queue
		l.queue, l.writing = nil, true
		l.mu.Unlock()
		if len(groups) == 0 {
			return
		}
		l.writeGroups(groups)
	}
}

// writeGroups writes and syncs groups together, those that still fit.
func (l *Log) writeGroups(groups []*group) {
	used := l.Stats().Bytes
	var buf []byte
	var taken []*group
	records := int64(0)
	for _, g := range groups {
		need := segmentHead
		for _, r := range g.records {
			need += recordHead + int64(len(r))
		}
		if used+int64(len(buf))+need > l.max {
			g.done <- fmt.Errorf("%w: %d of %d bytes are taken", ErrFull, used, l.max)
			continue
		}
		for _, r := range g.records {
			buf = appendRecord(buf, r)
		}
		records += int64(len(g.records))
		taken = append(taken, g)
	}
	if len(taken) == 0 {
		return
	}
	err := l.writeRecords(buf, records)
	for _, g := range taken {
		g.done <- err
	}
}

func (l *Log) writeRecords(buf []byte, records int64) error {
	seg, file, err := l.openSegment()
	if err != nil {
		return fmt.Errorf("begin a segment of the spool: %w", err)
	}
	if _, err = file.Write(buf); err == nil {
		err = file.Sync()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.abandon(seg, file)
		return fmt.Errorf("write the spool: %w", err)
	}
	seg.size += int64(len(buf))
	seg.records += records
	seg.mark(time.Now())
	if seg.size >= l.segmentBytes {
		l.file = nil
		if err := file.Close(); err != nil {
			l.log.Warn("close a full segment of the spool", "error", err) // it is synced
		}
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return nil
}

// mark notes the time of the newest records.
func (s *segment) mark(now time.Time) {
	if n := len(s.times); n > 0 && now.Sub(s.times[n-1].at) < time.Second {
		s.times[n-1].end = s.size
		return
	}
	s.times = append(s.times, mark{s.size, now})
}

// abandon gives up the segment that is written to, after an error. What it
// holds up to its last synced record stays readable. The records behind that
// were not acknowledged, so it is cut there if the file system still can; if
// not, opening it again finds what is not whole.
func (l *Log) abandon(seg *segment, file File) {
	_ = file.Close()
	l.file = nil
	if err := l.fs.Truncate(l.path(seg.number), seg.size); err != nil {
		l.log.Error("the spool's segment could not be cut after a failed write", "segment", l.path(seg.number), "error", err)
	}
}

// openSegment gives the segment to write to, a new one if need be.
func (l *Log) openSegment() (*segment, File, error) {
	l.mu.Lock()
	number := l.cursor.segment
	if n := len(l.segments); n > 0 {
		if l.file != nil {
			defer l.mu.Unlock()
			return l.segments[n-1], l.file, nil
		}
		number = l.segments[n-1].number
	}
	number++
	l.mu.Unlock()

	file, err := l.create(number)
	if err != nil {
		return nil, nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	seg := &segment{number: number, size: segmentHead}
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
	if _, err = file.Write(appendSegmentHead(nil, number)); err == nil {
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

// Stats says what waits.
func (l *Log) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Stats{Damaged: l.damaged}
	for _, seg := range l.segments {
		s.Bytes += seg.size
		left, from := seg.records, int64(0)
		if seg.number == l.cursor.segment {
			left, from = left-l.cursor.records, l.cursor.offset
		}
		if s.Records == 0 && left > 0 {
			for _, m := range seg.times {
				if m.end > from {
					s.OldestAppend = m.at
					break
				}
			}
		}
		s.Records += left
	}
	return s
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

// Close writes what is queued and closes the spool; what it holds stays for
// the next Open.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.work.Signal()
	l.mu.Unlock()
	<-l.ended
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	var err error
	if l.file != nil {
		err = l.file.Close()
	}
	return errors.Join(err, l.unlock())
}
