package main

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/twmb/franz-go/pkg/kgo"
)

// An intent names the records of one partition that are about to be inserted.
// It stands in the metadata of the offset commit, so whoever takes the
// partition over after a crash knows exactly which block may be half done, and
// inserts that block again rather than another one.
type intent struct {
	first, last int64 // offsets of the first and the last record
	count       int   // records in between, both included; transactions leave gaps
	sum         uint64
}

const intentForm = "odograph-sink/1"

// String is the commit metadata.
func (i intent) String() string {
	return fmt.Sprintf("%s %d %d %d %016x", intentForm, i.first, i.last, i.count, i.sum)
}

// parseIntent reads commit metadata; ok is false where it holds no intent.
func parseIntent(metadata string) (i intent, ok bool, err error) {
	if !strings.HasPrefix(metadata, "odograph-sink/") {
		return intent{}, false, nil
	}
	var form string
	if n, err := fmt.Sscanf(metadata, "%s %d %d %d %x", &form, &i.first, &i.last, &i.count, &i.sum); err != nil || n != 5 || form != intentForm {
		return intent{}, false, fmt.Errorf("commit metadata %q is no intent of this version: finish with the sink that wrote it, then upgrade", metadata)
	}
	return i, true, nil
}

// checksum adds up records in their order.
type checksum struct{ digest xxhash.Digest }

func newChecksum() *checksum {
	c := &checksum{}
	c.digest.Reset()
	return c
}

func (c *checksum) add(r *kgo.Record) {
	var head [24]byte
	binary.BigEndian.PutUint64(head[0:], uint64(r.Offset))
	binary.BigEndian.PutUint64(head[8:], uint64(len(r.Key)))
	binary.BigEndian.PutUint64(head[16:], uint64(len(r.Value)))
	_, _ = c.digest.Write(head[:]) // never fails
	_, _ = c.digest.Write(r.Key)
	_, _ = c.digest.Write(r.Value)
}

func (c *checksum) sum() uint64 { return c.digest.Sum64() }

func (c *checksum) reset() { c.digest.Reset() }
