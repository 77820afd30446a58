package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Options say where a stack lives and on which ports it answers.
type Options struct {
	// Dir holds data, settings and logs. It is created when missing.
	Dir string

	// Ports on 127.0.0.1. 0 takes the port that this Dir had before, or a free
	// one. Brokers after the first always take free ports.
	KafkaPort, ClickHousePort, ClickHouseHTTPPort int

	// Brokers is 1 (also for 0) or 3. Three brokers replicate every topic
	// three times and acknowledge from two.
	Brokers int

	// EndWithParent lets the engines be killed when this process ends in any
	// way, kill -9 included. Without it they run until they are stopped. For
	// tests: Kafka starts in half the time and is slower under much load.
	EndWithParent bool

	// AllowFake lets [Provide] fall back on a Kafka inside this process
	// (kfake) where no Java or Maven is found. For the demo only: nothing it
	// holds survives the process.
	AllowFake bool

	// Cache is the folder for downloaded engines; empty takes ODOGRAPH_CACHE
	// or the user's cache folder.
	Cache string

	// StartTimeout bounds the wait for one engine to answer, default 60 s.
	// Downloads are not part of it.
	StartTimeout time.Duration

	// Log takes progress lines; nil discards them.
	Log func(format string, args ...any)
}

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("stack: Dir is empty: name the folder for data and logs")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, fmt.Errorf("stack: folder %q: %w", o.Dir, err)
	}
	o.Dir = dir
	if o.Brokers == 0 {
		o.Brokers = 1
	}
	if o.Brokers != 1 && o.Brokers != 3 {
		return o, fmt.Errorf("stack: %d brokers asked for: allowed are 1 and 3", o.Brokers)
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = time.Minute
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	if o.Cache == "" {
		if o.Cache, err = defaultCache(); err != nil {
			return o, err
		}
	}
	return o, nil
}

// defaultCache is ${ODOGRAPH_CACHE:-<user's cache>/odograph}/stack.
func defaultCache() (string, error) {
	root := os.Getenv("ODOGRAPH_CACHE")
	if root == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("stack: no cache folder: %w: set ODOGRAPH_CACHE", err)
		}
		root = filepath.Join(user, "odograph")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return "", fmt.Errorf("stack: cache folder: %w", err)
	}
	return filepath.Join(root, "stack"), nil
}
