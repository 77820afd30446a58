package faults_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odograph/odograph/internal/simulate"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/test/pipeline"
)

// A ledger is the sender's book, a file: each item is entered before it is
// sent and marked when the collector has answered 200 to it.
//
//   - <hash of path and bytes> <fix, if it is one: IMEI/time>
//     = <hash>
type ledger struct {
	t    *testing.T
	path string

	mu sync.Mutex
	w  *bufio.Writer
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &ledger{t: t, path: path, w: bufio.NewWriter(f)}
}

func (l *ledger) sent(items []simulate.Item) {
	l.write(items, func(it *simulate.Item) string { return "+ " + hashOf(string(it.JSON)) + " " + fixOf(it) })
}

func (l *ledger) acknowledged(items []simulate.Item) {
	l.write(items, func(it *simulate.Item) string { return "= " + hashOf(string(it.JSON)) })
}

// write has the lines in the file when it returns.
func (l *ledger) write(items []simulate.Item, line func(*simulate.Item) string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range items {
		_, _ = l.w.WriteString(line(&items[i]) + "\n") // Flush gives the error
	}
	if err := l.w.Flush(); err != nil {
		l.t.Errorf("ledger: %v", err)
	}
}

func hashOf(bytes string) string {
	h := fnv.New128a()
	_, _ = h.Write([]byte(bytes))
	return hex.EncodeToString(h.Sum(nil))
}

// fixOf is a fix's identity as its row has it, or nothing.
func fixOf(it *simulate.Item) string {
	var f struct{ GPSTime string }
	if it.Path != "/pushgps" || json.Unmarshal(it.JSON, &f) != nil {
		return ""
	}
	at, err := time.Parse(time.DateTime, f.GPSTime)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s/%d", it.IMEI, at.Unix())
}

// An entry is what the ledger says of one item.
type entry struct {
	fix    string
	marked bool
}

func (l *ledger) read() map[string]entry {
	l.t.Helper()
	f, err := os.Open(l.path)
	if err != nil {
		l.t.Fatal(err)
	}
	defer f.Close()
	out := map[string]entry{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		sign, rest, _ := strings.Cut(lines.Text(), " ")
		hash, fix, _ := strings.Cut(rest, " ")
		e := out[hash]
		if sign == "+" {
			e.fix = fix
		} else {
			e.marked = true
		}
		out[hash] = e
	}
	if err := lines.Err(); err != nil {
		l.t.Fatal(err)
	}
	return out
}

// faultReasons are what the load's own broken items are put aside for; any
// other reason is a fault of the pipeline.
var faultReasons = []schema.Reason{
	schema.ReasonMissingField, schema.ReasonPositionInvalid, schema.ReasonTimeOutOfRange,
	schema.ReasonInvalidTime, schema.ReasonTimeInFuture, schema.ReasonNoIMEI,
}

// check holds the tables, as the reader sees them, to the ledger: each marked
// item is there, and none is there twice.
func (l *ledger) check(p *pipeline.Pipeline) {
	l.t.Helper()
	l.t.Logf("account: %v", p.WaitAccounted(90*time.Second))
	fixes := tally(l.t, p, "SELECT concat(imei, '/', toString(toUnixTimestamp(fix_time))) FROM fixes", strings.Clone)
	others := tally(l.t, p, "SELECT raw FROM heartbeats UNION ALL SELECT raw FROM sessions UNION ALL SELECT raw FROM alarms UNION ALL SELECT raw FROM messages", hashOf)
	dead := tally(l.t, p, "SELECT value FROM dead_letters", hashOf)
	entries := l.read()
	marked, lost, unmarked := 0, 0, 0
	for hash, e := range entries {
		if !e.marked {
			unmarked++
			continue
		}
		marked++
		if fixes[e.fix] == 0 && others[hash] == 0 && dead[hash] == 0 {
			if lost++; lost <= 10 {
				l.t.Errorf("lost: item %s %s was answered 200 and is nowhere", hash, e.fix)
			}
		}
	}
	doubled := doubles(l.t, "fixes", fixes) + doubles(l.t, "other tables", others)
	l.t.Logf("ledger: %d items sent, %d marked, %d unmarked; lost %d, doubled %d; rows on disk more than once now: %d",
		len(entries), marked, unmarked, lost, doubled, physical(p))
	if marked == 0 || unmarked > 0 {
		l.t.Errorf("%d items are marked, %d are not: the sender repeats each until it is", marked, unmarked)
	}
	l.checkReasons(p)
}

// tally counts the texts that a query gives.
func tally(t *testing.T, p *pipeline.Pipeline, query string, key func(string) string) map[string]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	texts, err := p.Texts(ctx, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	out := map[string]int{}
	for _, s := range texts {
		out[key(s)]++
	}
	return out
}

func doubles(t *testing.T, where string, counted map[string]int) (n int) {
	t.Helper()
	for id, c := range counted {
		if c > 1 {
			if n++; n <= 10 {
				t.Errorf("%s have %s %d times", where, id, c)
			}
		}
	}
	return n
}

// physical is the number of rows that are on disk although another row of the
// same item is: what a merge has still to remove and the reader does not see.
func physical(p *pipeline.Pipeline) int64 {
	parts := make([]string, len(pipeline.Tables))
	for i, table := range pipeline.Tables {
		parts[i] = "(SELECT count() - uniqExact(raw_partition, raw_offset) FROM " + table + ")"
	}
	return p.CountPhysical("SELECT " + strings.Join(parts, " + ") + " + (SELECT uniqExact(raw_partition, raw_offset) - uniqExact(imei, fix_time) FROM fixes)")
}

func (l *ledger) checkReasons(p *pipeline.Pipeline) {
	l.t.Helper()
	byReason := tally(l.t, p, "SELECT reason FROM dead_letters", strings.Clone)
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		l.t.Logf("dead letters: %5d %s", byReason[reason], reason)
		if !slices.Contains(faultReasons, schema.Reason(reason)) {
			texts, err := p.Texts(context.Background(), "SELECT error FROM dead_letters WHERE reason = '"+reason+"' LIMIT 3")
			l.t.Errorf("dead letters for %s, which no item of the load has: %q %v", reason, texts, err)
		}
	}
}
