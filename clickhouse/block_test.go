package clickhouse

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	peercolumn "github.com/ClickHouse/clickhouse-go/v2/lib/column"
	peer "github.com/ClickHouse/clickhouse-go/v2/lib/proto"

	"github.com/odograph/odograph/pkg/schema"
)

// blockRows is the size of a full block of the sink.
const blockRows = 50_000

// fleet is what n fixes of 1000 devices look like, in the order of their arrival.
func fleet(n int) []schema.Fix {
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	out := make([]schema.Fix, n)
	for i := range out {
		at := start.Add(time.Duration(i/1000*10+random.IntN(10)) * time.Second)
		out[i] = schema.Fix{
			Item: schema.Item{
				IMEI: fmt.Sprintf("86000000000%04d", i%1000), ReceivedTime: at.Add(1234 * time.Millisecond), Source: schema.SourcePush,
				Account: "main", Place: schema.Place{RawPartition: int32(i % 12), RawOffset: int64(i)},
			},
			FixTime: at, GateTime: schema.Some(at.Add(time.Second)), Lat: 50 + random.Float64(), Lng: 8 + random.Float64(),
			SpeedKMH: schema.Some(float64(random.IntN(130))), HeadingDeg: schema.Some(float64(random.IntN(360))),
			Satellites: schema.Some(int32(random.IntN(14))), ACC: schema.Some(i%5 > 0), OdometerM: schema.Some(1e7 + float64(i)),
			PosType: "gps", PostMethod: schema.Some(int32(i % 7)), GPSMode: schema.Some(int32(0)),
			H3R7: 608431252457914367, H3R9: 617438451696140287, H3R11: schema.Cell(626445650950623231 + i),
		}
		if i%50 == 0 {
			out[i].Quality = []schema.Quality{schema.QualityUnverified}
		}
	}
	return out
}

// ourBlock encodes fixes as Insert does.
func ourBlock(tb testing.TB, rows Rows, index []int, buf *proto.Buffer) {
	tb.Helper()
	buf.Reset()
	block := proto.Block{Columns: len(rows.Columns(nil)), Rows: len(index)}
	if err := block.EncodeRawBlock(buf, proto.Version, rows.Columns(index)); err != nil {
		tb.Fatal(err)
	}
}

// peerBlock is an empty block of clickhouse-go with the columns of fixes.
func peerBlock(tb testing.TB) *peer.Block {
	tb.Helper()
	block := peer.NewBlock()
	for _, c := range newFixColumns().input() {
		if err := block.AddColumn(c.Name, peercolumn.Type(c.Data.Type())); err != nil {
			tb.Fatal(err)
		}
	}
	return block
}

// appendRows fills a block as clickhouse-go's Batch.Append does.
func appendRows(tb testing.TB, block *peer.Block, fixes []schema.Fix) {
	tb.Helper()
	for i := range fixes {
		f := &fixes[i]
		if err := block.Append(f.IMEI, f.FixTime, f.ReceivedTime, boxed(f.GateTime), string(f.Source), f.Account,
			degreesE7(f.Lat), degreesE7(f.Lng), boxed(float32Of(f.SpeedKMH)), boxed(float32Of(f.HeadingDeg)), boxed(f.Satellites), boxed(f.ACC),
			boxed(float32Of(f.AltitudeM)), boxed(f.OdometerM), string(f.PosType), boxed(f.PostMethod), boxed(f.GPSMode), boxed(f.Status),
			flagsOf(f), uint64(f.H3R7), uint64(f.H3R9), uint64(f.H3R11), f.FenceIDs, f.RawPartition, f.RawOffset); err != nil {
			tb.Fatal(err)
		}
	}
}

func boxed[V any](o schema.Opt[V]) any {
	if !o.Valid {
		return nil
	}
	return o.Value
}

func flagsOf(f *schema.Fix) []string {
	if len(f.Quality) == 0 {
		return nil
	}
	out := make([]string, len(f.Quality))
	for i, q := range f.Quality {
		out[i] = string(q)
	}
	return out
}

// slicesOf are the fixes as a slice per column.
func slicesOf(fixes []schema.Fix) []any {
	return []any{
		each(fixes, func(f *schema.Fix) string { return f.IMEI }),
		each(fixes, func(f *schema.Fix) time.Time { return f.FixTime }),
		each(fixes, func(f *schema.Fix) time.Time { return f.ReceivedTime }),
		each(fixes, func(f *schema.Fix) *time.Time { return pointer(&f.GateTime) }),
		each(fixes, func(f *schema.Fix) string { return string(f.Source) }),
		each(fixes, func(f *schema.Fix) string { return f.Account }),
		each(fixes, func(f *schema.Fix) int32 { return degreesE7(f.Lat) }),
		each(fixes, func(f *schema.Fix) int32 { return degreesE7(f.Lng) }),
		singles(fixes, func(f *schema.Fix) schema.Opt[float64] { return f.SpeedKMH }),
		singles(fixes, func(f *schema.Fix) schema.Opt[float64] { return f.HeadingDeg }),
		each(fixes, func(f *schema.Fix) *int32 { return pointer(&f.Satellites) }),
		each(fixes, func(f *schema.Fix) *bool { return pointer(&f.ACC) }),
		singles(fixes, func(f *schema.Fix) schema.Opt[float64] { return f.AltitudeM }),
		each(fixes, func(f *schema.Fix) *float64 { return pointer(&f.OdometerM) }),
		each(fixes, func(f *schema.Fix) string { return string(f.PosType) }),
		each(fixes, func(f *schema.Fix) *int32 { return pointer(&f.PostMethod) }),
		each(fixes, func(f *schema.Fix) *int32 { return pointer(&f.GPSMode) }),
		each(fixes, func(f *schema.Fix) *int64 { return pointer(&f.Status) }),
		each(fixes, flagsOf),
		each(fixes, func(f *schema.Fix) uint64 { return uint64(f.H3R7) }),
		each(fixes, func(f *schema.Fix) uint64 { return uint64(f.H3R9) }),
		each(fixes, func(f *schema.Fix) uint64 { return uint64(f.H3R11) }),
		each(fixes, func(f *schema.Fix) []string { return f.FenceIDs }),
		each(fixes, func(f *schema.Fix) int32 { return f.RawPartition }),
		each(fixes, func(f *schema.Fix) int64 { return f.RawOffset }),
	}
}

// appendColumns fills a block as clickhouse-go's BatchColumn.Append does.
func appendColumns(tb testing.TB, block *peer.Block, slices []any) {
	tb.Helper()
	for i, values := range slices {
		if _, err := block.Columns[i].Append(values); err != nil {
			tb.Fatal(err)
		}
	}
}

func each[V any](fixes []schema.Fix, get func(*schema.Fix) V) []V {
	out := make([]V, len(fixes))
	for i := range fixes {
		out[i] = get(&fixes[i])
	}
	return out
}

func pointer[V any](o *schema.Opt[V]) *V {
	if !o.Valid {
		return nil
	}
	return &o.Value
}

// singles points into one slice, so that the peer pays for no value of its own.
func singles(fixes []schema.Fix, get func(*schema.Fix) schema.Opt[float64]) []*float32 {
	values, out := make([]float32, len(fixes)), make([]*float32, len(fixes))
	for i := range fixes {
		if o := get(&fixes[i]); o.Valid {
			values[i] = float32(o.Value)
			out[i] = &values[i]
		}
	}
	return out
}

func encodePeer(tb testing.TB, block *peer.Block, buf *proto.Buffer) {
	tb.Helper()
	buf.Reset()
	if err := block.Encode(buf, proto.Version); err != nil {
		tb.Fatal(err)
	}
}

func addAll(rows *rows[schema.Fix], fixes []schema.Fix) (index []int) {
	for _, f := range fixes {
		index = append(index, rows.add(f))
	}
	return index
}

// TestBlocksAgree reads the blocks of all three ways back with clickhouse-go
// and compares every value.
func TestBlocksAgree(t *testing.T) {
	fixes := fleet(2000)
	fixes[7].FenceIDs, fixes[9].FenceIDs = []string{"depot"}, []string{"depot", "zoo"}
	fixes[3].GateTime, fixes[4].ACC, fixes[5].PosType = schema.Opt[time.Time]{}, schema.Opt[bool]{}, ""
	rows := newRows(fixTable)
	var ours, byRow, byColumn proto.Buffer
	ourBlock(t, rows, addAll(rows, fixes), &ours)
	block := peerBlock(t)
	appendRows(t, block, fixes)
	encodePeer(t, block, &byRow)
	block = peerBlock(t)
	appendColumns(t, block, slicesOf(fixes))
	encodePeer(t, block, &byColumn)

	want := decoded(t, &byRow, true)
	for name, got := range map[string]*peer.Block{"ours": decoded(t, &ours, false), "by column": decoded(t, &byColumn, true)} {
		if got.Rows() != len(fixes) {
			t.Fatalf("%s: %d rows", name, got.Rows())
		}
		for c, col := range got.Columns {
			for i := range fixes {
				a, b := plain(col.Row(i, false)), plain(want.Columns[c].Row(i, false))
				if !reflect.DeepEqual(a, b) {
					t.Fatalf("%s: row %d of %s is %v, want %v", name, i, col.Name(), a, b)
				}
			}
		}
	}
}

func decoded(t *testing.T, buf *proto.Buffer, info bool) *peer.Block {
	t.Helper()
	var whole bytes.Buffer
	if !info { // the block's head, which the other two have written already
		var head proto.Buffer
		proto.BlockInfo{BucketNum: -1}.Encode(&head)
		whole.Write(head.Buf)
	}
	whole.Write(buf.Buf)
	block := peer.NewBlock()
	if err := block.Decode(proto.NewReader(&whole), proto.Version); err != nil {
		t.Fatal(err)
	}
	return block
}

// plain follows a pointer and makes no difference between no flags and none.
func plain(v any) any {
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return nil
		}
		return plain(r.Elem().Interface())
	}
	if r.Kind() == reflect.Slice && r.Len() == 0 {
		return "none"
	}
	return v
}

// BenchmarkBlock builds and encodes a block of 50,000 fixes with 24 columns,
// in our way and in the two ways of clickhouse-go; of its column append also
// without the making of the slices, which its caller does. Network and server
// have no part in it.
func BenchmarkBlock(b *testing.B) {
	fixes := fleet(blockRows)
	var buf proto.Buffer
	perRow := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/blockRows, "ns/row")
		b.ReportMetric(float64(len(buf.Buf))/blockRows, "B/row-encoded")
	}
	b.Run("odograph", func(b *testing.B) {
		rows := newRows(fixTable)
		index := addAll(rows, fixes)
		b.ReportAllocs()
		for b.Loop() {
			ourBlock(b, rows, index, &buf)
		}
		perRow(b)
	})
	b.Run("clickhouse-go-append", func(b *testing.B) {
		block := peerBlock(b)
		b.ReportAllocs()
		for b.Loop() {
			block.Reset()
			appendRows(b, block, fixes)
			encodePeer(b, block, &buf)
		}
		perRow(b)
	})
	b.Run("clickhouse-go-columns", func(b *testing.B) {
		block := peerBlock(b)
		b.ReportAllocs()
		for b.Loop() {
			block.Reset()
			appendColumns(b, block, slicesOf(fixes))
			encodePeer(b, block, &buf)
		}
		perRow(b)
	})
	b.Run("clickhouse-go-columns-from-slices", func(b *testing.B) {
		block := peerBlock(b)
		slices := slicesOf(fixes)
		b.ReportAllocs()
		for b.Loop() {
			block.Reset()
			appendColumns(b, block, slices)
			encodePeer(b, block, &buf)
		}
		perRow(b)
	})
}
