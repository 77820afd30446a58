package main

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/schema"
)

func noFences() *fences.Book { return new(fences.Book) }

// fenced is a drive with a book of fences, as the topic would fill it.
func fenced(t *testing.T, defs ...*schema.Fence) (*drive, *fenceBook) {
	d := newDrive(t)
	book := newFenceBook(slog.New(slog.DiscardHandler), newMetrics(prometheus.NewRegistry()))
	book.begin()
	book.take(fenceRecords(t, defs...))
	book.end()
	d.p.fences = book.now.Load
	return d, book
}

func fenceRecords(t *testing.T, defs ...*schema.Fence) (out []*kgo.Record) {
	for _, f := range defs {
		value, err := schema.Encode(f)
		require.NoError(t, err)
		out = append(out, &kgo.Record{Key: []byte(f.FenceID), Value: value, Timestamp: received})
	}
	return out
}

// around is a circle on the way that driven takes, its centre so many metres on.
func around(id string, version int64, metres, radiusM float64) *schema.Fence {
	return &schema.Fence{FenceID: id, Version: version, Name: id, GeoJSON: fmt.Appendf(nil,
		`{"type":"Feature","properties":{"radius_m":%v},"geometry":{"type":"Point","coordinates":[-95.93,%v]}}`, radiusM, 41.25+metres/111_195)}
}

var steady = func() (speeds []int) {
	for range 60 {
		speeds = append(speeds, 72)
	}
	return speeds
}()

func transitions(t *testing.T, out []*kgo.Record) (events []string) {
	for _, r := range out {
		if r.Topic == "fleet.geofence.v1" {
			var e schema.GeofenceEvent
			require.NoError(t, schema.Decode(r.Value, &e))
			events = append(events, fmt.Sprintf("%s %s v%d +%.0fs", e.Kind, e.FenceID, e.FenceVersion, e.At.Sub(received).Seconds()+60))
		}
	}
	return events
}

func membership(t *testing.T, out []*kgo.Record) (ids [][]string) {
	for _, r := range out {
		if r.Topic == "fleet.fixes.v1" {
			f := fixOf(t, r)
			ids = append(ids, f.FenceIDs)
		}
	}
	return ids
}

func TestFencesOfFixesAndTransitions(t *testing.T) {
	d, _ := fenced(t, around("zoo", 3, 600, 305), around("arch", 1, 700, 105), around("far", 1, 50_000, 100))
	out := d.send(driven(steady)...)
	ids := membership(t, out)
	require.Nil(t, ids[13], "280 m on")
	require.Equal(t, []string{"zoo"}, ids[14])
	require.Equal(t, []string{"arch", "zoo"}, ids[29], "in order")
	require.Equal(t, []string{"zoo"}, ids[41])
	require.Equal(t, []string{"enter zoo v3 +14s", "enter arch v1 +29s"}, transitions(t, out), "it has not been out for long enough to have left")
}

func TestFencesAreThereForSome(t *testing.T) {
	mine, theirs := around("vans", 1, 600, 305), around("other", 1, 600, 300)
	mine.Groups, theirs.IMEIs = []string{"vans"}, []string{"860000000000009"}
	d, _ := fenced(t, mine, theirs)
	value, err := schema.Encode(&schema.Device{IMEI: imei, Group: "vans"})
	require.NoError(t, err)
	require.NoError(t, d.p.definitions.take(&kgo.Record{Key: []byte(imei), Value: value}))
	out := d.send(driven(steady)...)
	require.Equal(t, []string{"vans"}, membership(t, out)[20])
	require.Equal(t, []string{"enter vans v1 +14s"}, transitions(t, out))
}

func TestSpeedLimitOfAFence(t *testing.T) {
	long := slices.Concat(steady, steady[:30]) // speeding takes a minute
	slow := around("school", 1, 0, 5000)
	slow.SpeedLimitKMH = schema.Some(30.0)
	d, book := fenced(t, slow)
	events := drivingEvents(t, d.send(driven(long)...))
	require.NotEmpty(t, events)
	require.Equal(t, "fence", events[0].LimitSource)
	require.EqualValues(t, 30, events[0].LimitKMH.Value)

	book.take(fenceRecords(t, around("school", 2, 0, 5000)))
	d.part = newPartition(3)
	d.next = 0
	require.Empty(t, drivingEvents(t, d.send(driven(long)...)), "it has none any more")
}

// TestFenceChanges: a definition that is not valid changes nothing, one that is
// takes the place of the one before from its time on, and a reading from the
// beginning shows no older state on its way.
func TestFenceChanges(t *testing.T) {
	_, book := fenced(t, around("zoo", 1, 600, 300))
	bad := around("zoo", 2, 600, -1)
	book.take(fenceRecords(t, bad, around("arch", 1, 0, 50)))
	require.EqualValues(t, 1, book.now.Load().Newest("zoo").Number)
	require.EqualValues(t, 1, testutil.ToFloat64(book.m.fencesRefused))
	require.EqualValues(t, 2, testutil.ToFloat64(book.m.fences))

	again := around("zoo", 3, 0, 300)
	again.ValidFrom = schema.Some(received)
	book.take(fenceRecords(t, again))
	require.EqualValues(t, 3, book.now.Load().Newest("zoo").Number)
	require.Zero(t, testutil.ToFloat64(book.m.fencesRefused))
	view := fences.View{Book: book.now.Load(), IMEI: imei}
	require.Equal(t, []string{"arch"}, view.IDs(nil, 41.25, -95.93, received.Unix()-1))
	require.Equal(t, []string{"arch", "zoo"}, view.IDs(nil, 41.25, -95.93, received.Unix()))

	book.begin()
	book.take(fenceRecords(t, around("zoo", 1, 600, 300)))
	require.EqualValues(t, 3, book.now.Load().Newest("zoo").Number, "until it has come to the end")
	book.take([]*kgo.Record{{Key: []byte("arch"), Timestamp: time.Now().Add(-time.Hour)}, {Key: []byte("no"), Value: []byte("{")}})
	book.end()
	require.Nil(t, book.now.Load().Newest("arch").Shape)
	require.EqualValues(t, 1, book.now.Load().Newest("zoo").Number)
	require.EqualValues(t, 1, testutil.ToFloat64(book.m.fencesRefused))
	book.end() // is called with every look at the end
	require.EqualValues(t, 1, book.now.Load().Newest("zoo").Number)
}

// TestPastOfAFenceAfterARestart: where a vehicle was that has been silent since
// before an edit is known after a restart, too, for as long as its items are.
func TestPastOfAFenceAfterARestart(t *testing.T) {
	_, book := fenced(t)
	edited := time.Now().Add(-29 * 24 * time.Hour)
	again := around("zoo", 2, 0, 100)
	again.ValidFrom = schema.Some(edited)
	book.begin()
	book.take(fenceRecords(t, around("zoo", 1, 0, 300), again))
	book.end()
	view := fences.View{Book: book.now.Load(), IMEI: imei}
	lat := 41.25 + 200/111_195.0
	require.Equal(t, []string{"zoo"}, view.IDs(nil, lat, -95.93, edited.Unix()-1))
	require.EqualValues(t, 1, view.Settings("zoo", edited.Unix()-1).Version)
	require.Empty(t, view.IDs(nil, lat, -95.93, edited.Unix()))
}

// TestFenceUnderAnothersKey: a record that names another fence than its key does
// changes neither.
func TestFenceUnderAnothersKey(t *testing.T) {
	_, book := fenced(t, around("zoo", 1, 0, 300), around("arch", 1, 0, 300))
	wrong := fenceRecords(t, around("zoo", 2, 0, 100))
	wrong[0].Key = []byte("arch")
	book.take(wrong)
	require.EqualValues(t, 1, book.now.Load().Newest("zoo").Number)
	require.EqualValues(t, 1, book.now.Load().Newest("arch").Number)
	require.EqualValues(t, 1, testutil.ToFloat64(book.m.fencesRefused))
}

// TestFenceInTwoPartitions: between partitions, which are read in any order, the
// time says which record is the later one; within one it is their order.
func TestFenceInTwoPartitions(t *testing.T) {
	newer, older := fenceRecords(t, around("zoo", 2, 0, 300))[0], fenceRecords(t, around("zoo", 1, 0, 300))[0]
	older.Partition, older.Timestamp = 1, newer.Timestamp.Add(-time.Hour)
	gone := &kgo.Record{Key: []byte("zoo"), Partition: 1, Timestamp: newer.Timestamp.Add(-time.Minute)}
	for _, order := range [][]*kgo.Record{{older, gone, newer}, {newer, older, gone}, {older, newer, gone}} {
		_, book := fenced(t)
		book.begin()
		for _, r := range order {
			book.take([]*kgo.Record{r})
		}
		book.end()
		book.take([]*kgo.Record{older})
		require.EqualValues(t, 2, book.now.Load().Newest("zoo").Number)
	}
	_, book := fenced(t)
	clock := fenceRecords(t, around("zoo", 3, 0, 300))[0] // of somebody whose clock is behind
	clock.Timestamp = older.Timestamp
	book.take([]*kgo.Record{newer, clock})
	require.EqualValues(t, 3, book.now.Load().Newest("zoo").Number)

	bad := fenceRecords(t, around("zoo", 4, 0, -1))[0]
	bad.Partition, bad.Timestamp = 1, newer.Timestamp.Add(time.Hour)
	book.take([]*kgo.Record{bad, newer})
	require.EqualValues(t, 2, book.now.Load().Newest("zoo").Number)
	require.EqualValues(t, 1, testutil.ToFloat64(book.m.fencesRefused), "its newest definition is still the bad one")
}

// TestAllFencesGone: who was inside a fence when the last one went is not inside
// another that has its id later.
func TestAllFencesGone(t *testing.T) {
	d, book := fenced(t, around("zoo", 1, 0, 100_000))
	all := driven(steady)
	require.Equal(t, []string{"inside_at_start zoo v1 +0s"}, transitions(t, d.send(all[:20]...)))
	book.begin()
	book.end()
	require.Empty(t, transitions(t, d.send(all[20:40]...)))
	book.take(fenceRecords(t, around("zoo", 1, 0, 100_000)))
	require.Equal(t, []string{"inside_at_start zoo v1 +40s"}, transitions(t, d.send(all[40:]...)))
}

// TestFixInTooManyFences: a fix names so many fences that its record stays one that
// a topic takes, and what is left out is counted.
func TestFixInTooManyFences(t *testing.T) {
	var all []*schema.Fence
	for i := range mostFences + 5 {
		all = append(all, around(fmt.Sprintf("%0*d", fences.MaxIDBytes, i), 1, 0, 5000))
	}
	d, _ := fenced(t, all...)
	var b batch
	b.reset(3, received)
	o := d.part.begin()
	d.p.run(&b, o, driven(steady)[:1])
	var f schema.Fix
	for _, r := range b.records {
		require.LessOrEqual(t, len(r.Value), schema.MaxRecordBytes/8, r.Topic)
		if r.Topic == "fleet.fixes.v1" {
			f = fixOf(t, r)
		}
	}
	require.Len(t, f.FenceIDs, mostFences)
	require.Equal(t, all[0].FenceID, f.FenceIDs[0])
	require.Positive(t, b.counts.rejected[rejectFences])
}
