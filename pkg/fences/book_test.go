package fences_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// day is where the tests begin.
var day = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Unix()

// version compiles a square of a size around 10 E, 50 N, in degrees; 0: the fence
// is deleted.
func version(t require.TestingT, id string, number int64, from int64, size float64) *fences.Version {
	f := &schema.Fence{FenceID: id, Version: number, Deleted: size == 0}
	if from != 0 {
		f.ValidFrom = schema.Some(time.Unix(from, 0))
	}
	w, e, s, n := 10-size/2, 10+size/2, 50-size/2, 50+size/2
	f.GeoJSON = fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[[%v,%v],[%v,%v],[%v,%v],[%v,%v],[%v,%v]]]}`, w, s, e, s, e, n, w, n, w, s)
	v, err := fences.Compile(f)
	require.NoError(t, err)
	return v
}

func TestVersionsHoldByTime(t *testing.T) {
	b := new(fences.Book).With([]*fences.Version{version(t, "a", 1, day, 0.01)}, 0)
	b = b.With([]*fences.Version{version(t, "a", 2, day+100, 0.04)}, 0)
	b = b.With([]*fences.Version{version(t, "a", 3, day+200, 0)}, 0)
	view := &fences.View{Book: b, IMEI: "1"}
	in := func(offset float64, at int64) []string { return view.IDs(nil, 50+offset, 10, at) }
	a := []string{"a"}
	require.Empty(t, in(0, day-1), "before it was there")
	require.Equal(t, a, in(0, day))
	require.Empty(t, in(0.01, day+99))
	require.Equal(t, a, in(0.01, day+100), "the second version is larger")
	require.Empty(t, in(0.01, day+200), "deleted")

	require.Nil(t, view.Settings("a", day-1))
	require.EqualValues(t, 1, view.Settings("a", day+99).Version)
	require.EqualValues(t, 2, view.Settings("a", day+199).Version)
	require.Nil(t, view.Settings("a", day+200))
	require.Nil(t, view.Settings("b", day))

	b = b.With([]*fences.Version{version(t, "a", 4, day+150, 0.01)}, 0) // before the deletion, which is void
	view.Book = b
	require.Equal(t, a, in(0, day+300))
	require.Empty(t, in(0.01, day+150))
	require.Equal(t, a, in(0.01, day+149))
	require.Equal(t, 1, b.Len())
}

// TestForgottenVersions: of a fence that was changed longer ago than anything may
// come late, the settings tell that what held before is not known.
func TestForgottenVersions(t *testing.T) {
	b := new(fences.Book).With([]*fences.Version{version(t, "a", 1, 0, 0.01), version(t, "gone", 1, 0, 0.01)}, 0)
	b = b.With([]*fences.Version{version(t, "a", 2, day, 0.04), version(t, "gone", 2, day, 0)}, day+1)
	view := &fences.View{Book: b}
	require.Empty(t, view.IDs(nil, 50, 10, day-1))
	require.Equal(t, day, view.Settings("a", day-1).Since)
	require.Nil(t, view.Settings("gone", day-1))
	require.Equal(t, 1, b.Len())
	require.EqualValues(t, 2, b.Newest("a").Number)
	require.Nil(t, b.Newest("gone"))
}

func TestFencesAreForDevices(t *testing.T) {
	all, listed := version(t, "all", 1, 0, 0.01), &schema.Fence{FenceID: "listed", Version: 1, GeoJSON: schema.Bytes(circle), IMEIs: []string{"1"}, Groups: []string{"vans"}}
	some, err := fences.Compile(listed)
	require.NoError(t, err)
	b := new(fences.Book).With([]*fences.Version{all, some}, 0)
	for _, c := range []struct {
		imei, group string
		want        []string
	}{{"1", "", []string{"all", "listed"}}, {"2", "vans", []string{"all", "listed"}}, {"2", "", []string{"all"}}} {
		view := &fences.View{Book: b, IMEI: c.imei, Group: c.group}
		require.Equal(t, c.want, view.IDs(nil, 50, 10, day))
		require.Len(t, view.At(&timeline.Fix{Time: day, LatE6: 50e6, LngE6: 10e6}, nil), len(c.want))
		require.Equal(t, len(c.want) == 2, view.Settings("listed", day) != nil)
	}
}

// TestAcross: several stays of one way in a fence are one pass from the first to
// the last; a way of no length is inside or not.
func TestAcross(t *testing.T) {
	u := schema.Bytes(`{"type":"Polygon","coordinates":[[[10,50],[10.03,50],[10.03,50.02],[10.02,50.02],[10.02,50.01],[10.01,50.01],[10.01,50.02],[10,50.02],[10,50]]]}`)
	v, err := fences.Compile(&schema.Fence{FenceID: "u", Version: 1, GeoJSON: u})
	require.NoError(t, err)
	view := &fences.View{Book: new(fences.Book).With([]*fences.Version{v, version(t, "far", 1, day+1, 0.1)}, 0)}
	at := func(lat, lng float64) *timeline.Fix {
		return &timeline.Fix{Time: day, LatE6: int32(lat * 1e6), LngE6: int32(lng * 1e6)}
	}
	got := view.Across(at(50.015, 9.99), at(50.015, 10.04), nil)
	require.Len(t, got, 1)
	require.InDelta(t, 0.2, got[0].EnterAt, 1e-4)
	require.InDelta(t, 0.8, got[0].ExitAt, 1e-4)
	require.InDelta(t, 2*714.8, got[0].ChordM, 5, "not the way between the arms")
	require.Equal(t, []geofence.Pass{{Fence: "u", EnterAt: 0, ExitAt: 1}}, view.Across(at(50.005, 10.015), at(50.005, 10.015), nil))
	require.Empty(t, view.Across(at(50.015, 10.015), at(50.015, 10.015), nil))
	require.InDelta(t, 357, view.OutsideM("u", at(50.015, 10.015)), 1)
	require.Empty(t, view.Across(at(50.1, 10), at(50.1, 10.01), nil))
}

// TestOneByOneIsAllAtOnce: a book that was changed step by step answers like one
// that was made of all versions at once, and an older book stays as it was.
func TestOneByOneIsAllAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var all []*fences.Version
		number := map[string]int64{}
		for range rapid.IntRange(1, 40).Draw(t, "changes") {
			id := string(rune('a' + rng.IntN(5)))
			number[id]++
			size := float64(rng.IntN(4)) / 100
			all = append(all, version(t, id, number[id], day+rng.Int64N(50), size))
		}
		b := new(fences.Book)
		var books []*fences.Book
		var sizes []int // how many of all are in them
		for rest := all; len(rest) > 0; {
			n := 1 + rng.IntN(min(len(rest), 3))
			b, rest = b.With(rest[:n], 0), rest[n:]
			books, sizes = append(books, b), append(sizes, len(all)-len(rest))
		}
		atOnce := new(fences.Book).With(all, 0)
		require.Equal(t, atOnce.Len(), b.Len())
		require.Equal(t, answers(atOnce), answers(b))
		upTo := len(books) / 2
		require.Equal(t, answers(new(fences.Book).With(all[:sizes[upTo]], 0)), answers(books[upTo]), "the older book")
	})
}

func answers(b *fences.Book) (out []string) {
	v := fences.View{Book: b}
	for at := day - 1; at < day+51; at++ {
		for offset := 0.0; offset < 0.02; offset += 0.004 {
			out = append(out, fmt.Sprint(at, offset, v.IDs(nil, 50+offset, 10, at)))
		}
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			if s := v.Settings(id, at); s != nil {
				out = append(out, fmt.Sprint(at, id, s.Version, s.Since))
			}
		}
	}
	return slices.Clip(out)
}
