package stack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// asset is something fetched or built once per machine and kept in the cache,
// in a folder named after a hash of everything that decides its content.
type asset struct {
	name  string
	what  string                                      // for people, with the size of a download
	key   []byte                                      // what the content follows from
	fetch func(ctx context.Context, dir string) error // fills an empty folder
	check func(dir string) error                      // whether a folder is whole
}

// ensure returns the asset's folder in the cache. A folder that is missing or
// not whole is fetched into a temporary folder, checked, and moved into place,
// under a lock that other processes respect: nobody sees half of it.
func (a asset) ensure(ctx context.Context, o Options) (string, error) {
	sum := sha256.Sum256(a.key)
	dir := filepath.Join(o.Cache, a.name+"-"+hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(o.Cache, 0o750); err != nil {
		return "", fmt.Errorf("stack: create cache: %w", err)
	}
	unlock, err := lockFile(ctx, filepath.Join(o.Cache, a.name+".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()

	checkErr := a.check(dir)
	if checkErr == nil {
		return dir, nil
	}
	if !errors.Is(checkErr, os.ErrNotExist) {
		o.Log("%s in the cache is damaged (%v): fetching it again", a.name, checkErr)
	}
	if err := a.removeLeftovers(o.Cache); err != nil {
		return "", err
	}
	o.Log("%s into %s, once", a.what, o.Cache)
	temporary, err := os.MkdirTemp(o.Cache, a.temporaryPrefix())
	if err != nil {
		return "", fmt.Errorf("stack: create cache: %w", err)
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	if err := a.fetch(ctx, temporary); err != nil {
		return "", err
	}
	if err := a.check(temporary); err != nil {
		return "", fmt.Errorf("stack: %s was fetched, but is not what is expected: %w", a.name, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("stack: replace damaged %s: %w", a.name, err)
	}
	if err := os.Rename(temporary, dir); err != nil {
		return "", fmt.Errorf("stack: move %s into the cache: %w", a.name, err)
	}
	return dir, nil
}

func (a asset) temporaryPrefix() string { return ".fetch-" + a.name + "-" }

// removeLeftovers deletes what a killed fetch left behind. The caller holds
// the lock of this asset, so nobody is filling those folders.
func (a asset) removeLeftovers(cache string) error {
	old, err := filepath.Glob(filepath.Join(cache, a.temporaryPrefix()+"*"))
	if err != nil {
		return fmt.Errorf("stack: clean cache: %w", err)
	}
	for _, dir := range old {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("stack: clean cache: %w", err)
		}
	}
	return nil
}

// lockFile takes an exclusive lock between processes; the kernel frees it when
// the holder ends in any way.
func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("stack: lock: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, fmt.Errorf("stack: lock %s: %w", path, err)
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("stack: another process holds %s: %w", path, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
