package spool

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"pgregory.net/rapid"
)

var errDisk = errors.New("the disk failed")

// A disk is a file system in memory that fails when it is told to, and of
// which a crash leaves no more than POSIX promises: the synced bytes of files
// and the synced names of the folder, and of everything else any part.
type disk struct {
	mu      sync.Mutex
	names   map[string]*inode
	synced  map[string]*inode // names that a crash leaves
	changes []change          // of names, since the last sync of the folder
	fails   func(op string) bool
	short   func(n int) int // how much of a write that fails is written
	locked  bool
	crashed bool
}

// An inode is a file. After a failed sync its pages count as clean though they
// are not on the disk: later syncs succeed and do nothing.
type inode struct {
	data, synced []byte
	broken       bool
}

// A change of a folder: to gets the file, from loses it.
type change struct {
	from, to string
	file     *inode
}

func newDisk() *disk {
	return &disk{names: map[string]*inode{}, synced: map[string]*inode{}, fails: func(string) bool { return false }, short: func(int) int { return 0 }}
}

// crash gives the disk as the next process finds it. The one before must not
// be used any more.
func (d *disk) crash(t *rapid.T) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.crashed = true
	after := newDisk()
	names := maps.Clone(d.synced)
	for _, c := range d.changes {
		if !rapid.Bool().Draw(t, "name survives") {
			continue
		}
		if c.from != "" {
			delete(names, c.from)
		}
		if c.to != "" {
			names[c.to] = c.file
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		data := slices.Clone(names[name].left(t))
		after.names[name] = &inode{data: data, synced: slices.Clone(data)}
	}
	after.synced = maps.Clone(after.names)
	return after
}

// left is what a crash leaves of a file.
func (f *inode) left(t *rapid.T) []byte {
	if slices.Equal(f.data, f.synced) {
		return f.synced
	}
	switch rapid.IntRange(0, 3).Draw(t, "unsynced bytes") {
	case 0:
		return f.synced
	case 1:
		return f.data
	}
	if len(f.data) < len(f.synced) || !slices.Equal(f.data[:len(f.synced)], f.synced) {
		return f.data[:rapid.IntRange(0, len(f.data)).Draw(t, "of them")] // written anew
	}
	n := rapid.IntRange(len(f.synced), len(f.data)).Draw(t, "of them")
	left := slices.Clone(f.data[:n])
	if n > len(f.synced) && rapid.Bool().Draw(t, "a page of zeros") { // the size came first
		clear(left[rapid.IntRange(len(f.synced), n-1).Draw(t, "from"):])
	}
	return left
}

// do runs an operation, if the process still is and the disk does not fail.
func (d *disk) do(op string, f func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.crashed {
		return errDisk
	}
	if d.fails(op) {
		return errDisk
	}
	return f()
}

func (d *disk) MkdirAll(string) error { return d.do("mkdir", func() error { return nil }) }

func (d *disk) List(string) (names []string, err error) {
	err = d.do("list", func() error {
		for name := range d.names {
			names = append(names, filepath.Base(name))
		}
		return nil
	})
	return names, err
}

func (d *disk) Create(path string) (File, error) {
	var f *handle
	err := d.do("create", func() error {
		file := d.names[path]
		if file == nil {
			file = &inode{}
			d.names[path] = file
			d.changes = append(d.changes, change{to: path, file: file})
		}
		file.data, file.broken = nil, false
		f = &handle{d, file, false}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d *disk) ReadFile(path string) (b []byte, err error) {
	err = d.do("read", func() error {
		f := d.names[path]
		if f == nil {
			return fs.ErrNotExist
		}
		b = slices.Clone(f.data)
		return nil
	})
	return b, err
}

func (d *disk) ReadAt(path string, offset, n int64) ([]byte, error) {
	b, err := d.ReadFile(path)
	if err == nil && offset+n > int64(len(b)) {
		err = errors.New("read behind the end")
	}
	if err != nil {
		return nil, err
	}
	return b[offset : offset+n], nil
}

func (d *disk) ModTime(string) (time.Time, error) {
	return time.Unix(1e9, 0), d.do("stat", func() error { return nil })
}

func (d *disk) Truncate(path string, size int64) error {
	return d.do("truncate", func() error {
		f := d.names[path]
		f.data = f.data[:size]
		f.synced = slices.Clone(f.synced[:min(size, int64(len(f.synced)))])
		return nil
	})
}

func (d *disk) Rename(from, to string) error {
	return d.do("rename", func() error {
		f := d.names[from]
		d.names[to] = f
		delete(d.names, from)
		d.changes = append(d.changes, change{from, to, f})
		return nil
	})
}

func (d *disk) Remove(path string) error {
	return d.do("remove", func() error {
		delete(d.names, path)
		d.changes = append(d.changes, change{from: path})
		return nil
	})
}

func (d *disk) SyncDir(string) error {
	return d.do("sync dir", func() error {
		d.synced, d.changes = maps.Clone(d.names), nil
		return nil
	})
}

func (d *disk) Lock(string) (func() error, error) {
	err := d.do("lock", func() error {
		if d.locked {
			return ErrLocked
		}
		d.locked = true
		return nil
	})
	return func() error { d.locked = false; return nil }, err
}

// damaged are the names of what was set aside.
func (d *disk) damaged() (names []string) {
	for name := range d.names {
		if strings.HasSuffix(name, damagedSuffix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

type handle struct {
	disk   *disk
	file   *inode
	closed bool
}

func (h *handle) Write(b []byte) (n int, err error) {
	err = h.disk.do("write", func() error {
		if h.closed {
			return fs.ErrClosed
		}
		h.file.data = append(h.file.data, b...)
		n = len(b)
		return nil
	})
	if errors.Is(err, errDisk) {
		h.disk.mu.Lock()
		defer h.disk.mu.Unlock()
		n = h.disk.short(len(b))
		h.file.data = append(h.file.data, b[:n]...)
	}
	return n, err
}

func (h *handle) Sync() error {
	err := h.disk.do("sync", func() error {
		if h.closed {
			return fs.ErrClosed
		}
		if !h.file.broken {
			h.file.synced = slices.Clone(h.file.data)
		}
		return nil
	})
	if err != nil {
		h.file.broken = true
	}
	return err
}

func (h *handle) Close() error {
	if h.closed {
		return fs.ErrClosed
	}
	h.closed = true
	return nil
}
