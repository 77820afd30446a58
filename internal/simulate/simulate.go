// Package simulate makes the pushes of fleets that do not exist, and of drives
// that did: it sends them to a collector as the platform would, and counts
// what was acknowledged.
//
// A Source gives items in the order in which they are due; Fleet drives
// synthetic vehicles over a generated city, CSV replays recorded positions,
// Disturb adds what goes wrong in the field. Everything is a function of its
// seed and of the start time.
package simulate

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"
)

// An Item is one item of one push.
type Item struct {
	Path string // the push's path, /pushgps
	IMEI string
	Due  time.Time // when it is sent, in the source's own time
	JSON []byte
}

// A Source gives items by due time; false: there are no more.
type Source interface {
	Next() (Item, bool)
}

// failing is a source that may end early.
type failing interface{ Err() error }

// SourceErr is the error that ended a source early, if any.
func SourceErr(s Source) error {
	if f, ok := s.(failing); ok {
		return f.Err()
	}
	return nil
}

// MadeUpIMEI gives any name the same IMEI each time: 15 digits with a correct
// check digit, in a range that starts with 99, which no maker has.
func MadeUpIMEI(name string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	body := fmt.Sprintf("99%012d", h.Sum64()%1_000_000_000_000)
	return body + strconv.Itoa(luhn(body))
}

// luhn is the check digit of an IMEI's first 14 digits.
func luhn(body string) int {
	sum := 0
	for i, c := range body {
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return (10 - sum%10) % 10
}

// platformTime is how the platform writes times, in UTC.
func platformTime(t time.Time) string { return t.UTC().Format(time.DateTime) }

// InTurn gives the items of several sources, one source after the other. Their
// times go on from each other's: a file that begins earlier than the last one
// ended is due at once.
func InTurn(sources ...Source) Source { return &inTurn{sources: sources} }

type inTurn struct {
	sources []Source
	due     time.Time
	err     error
}

func (t *inTurn) Next() (Item, bool) {
	for len(t.sources) > 0 && t.err == nil {
		it, ok := t.sources[0].Next()
		if ok {
			if it.Due.Before(t.due) {
				it.Due = t.due
			}
			t.due = it.Due
			return it, true
		}
		t.err = SourceErr(t.sources[0])
		t.sources = t.sources[1:]
	}
	return Item{}, false
}

func (t *inTurn) Err() error { return t.err }
