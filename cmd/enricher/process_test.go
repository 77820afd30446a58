package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/dedup"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

var received = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

const imei = "356938035643809"

// raw is a raw record as a collector writes it.
func raw(offset int64, kind, key, value string) *kgo.Record {
	h := schema.RawHeaders{Kind: kind, Source: schema.SourcePush, Received: received, ItemID: fmt.Sprintf("a-%d", offset)}
	r := &kgo.Record{Topic: "fleet.raw.v1", Partition: 3, Offset: offset, Value: []byte(value)}
	if key != "" {
		r.Key = []byte(key)
	}
	for _, x := range h.Append(nil) {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: x.Key, Value: x.Value})
	}
	return r
}

func gps(at string, lat, lng float64, more string) string {
	return fmt.Sprintf(`{"deviceImei":"%s","gpsTime":"%s","lat":%v,"lng":%v%s}`, imei, at, lat, lng, more)
}

// A drive is a partition with its processor, for tests that read as drives.
type drive struct {
	t    *testing.T
	p    *processor
	part *partition
	next int64

	changelog func(*kgo.Record) // may be nil
}

func newDrive(t *testing.T) *drive {
	return &drive{t: t, p: newProcessor("fleet", derive.DefaultRules, noFences, &definitions{}), part: newPartition(3)}
}

// send handles one transaction of raw records and gives what went out but the
// changelog, which it applies to a second partition that must stay equal.
func (d *drive) send(records ...*kgo.Record) []*kgo.Record {
	d.t.Helper()
	for _, r := range records {
		r.Offset = d.next
		d.next++
	}
	var b batch
	b.reset(3, received)
	o := d.part.begin()
	d.p.run(&b, o, records)
	d.part.merge(o)
	var out []*kgo.Record
	for _, r := range b.records {
		if r.Partition != 3 {
			d.t.Errorf("%s went to partition %d", r.Topic, r.Partition)
		}
		switch {
		case r.Topic != "fleet.state.v1":
			out = append(out, r)
		case d.changelog != nil:
			d.changelog(r)
		}
	}
	return out
}

func fixOf(t *testing.T, r *kgo.Record) schema.Fix {
	t.Helper()
	if r.Topic != "fleet.fixes.v1" {
		t.Fatalf("went to %s: %s", r.Topic, r.Value)
	}
	var f schema.Fix
	if err := schema.Decode(r.Value, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFixAndItsRepeats(t *testing.T) {
	d := newDrive(t)
	out := d.send(
		raw(0, "pushgps", imei, gps("2026-03-02 09:59:00", 41.25, -95.93, `,"gpsSpeed":36`)),
		raw(0, "pushgps", imei, gps("2026-03-02 09:59:00", 41.25, -95.93, `,"gpsSpeed":36`)),
		raw(0, "poll.location_list", imei, gps("2026-03-02 09:59:00", 41.26, -95.93, `,"speed":"36"`)),
	)
	if len(out) != 3 {
		t.Fatalf("%d records went out, want 3", len(out))
	}
	f := fixOf(t, out[0])
	if f.IMEI != imei || f.Lat != 41.25 || f.RawPartition != 3 || f.RawOffset != 0 || f.H3R9 == 0 || f.H3R7 == f.H3R9 || f.Quality != nil {
		t.Errorf("fix: %+v", f)
	}
	for i, conflict := range []bool{false, true} {
		var r schema.Repeat
		if err := schema.Decode(out[i+1].Value, &r); err != nil || out[i+1].Topic != "fleet.repeats.v1" {
			t.Fatalf("went to %s: %v", out[i+1].Topic, err)
		}
		if !r.IsFix || r.Conflict != conflict || r.RawOffset != int64(i+1) || !r.EventTime.Equal(f.FixTime) {
			t.Errorf("repeat %d: %+v", i+1, r)
		}
	}
}

func TestAbortForgets(t *testing.T) {
	d := newDrive(t)
	fix := raw(0, "pushgps", imei, gps("2026-03-02 09:59:00", 41.25, -95.93, ""))
	var b batch
	b.reset(3, received)
	d.p.run(&b, d.part.begin(), []*kgo.Record{fix}) // never merged
	fixOf(t, d.send(fix)[0])
	if out := d.send(fix); out[0].Topic != "fleet.repeats.v1" {
		t.Errorf("a repeat after the commit went to %s", out[0].Topic)
	}
}

func TestOlderThanTheWindow(t *testing.T) {
	d := newDrive(t)
	d.send(raw(0, "pushgps", imei, gps("2026-03-02 09:59:00", 41.25, -95.93, "")))
	out := d.send(raw(0, "pushgps", imei, gps("2026-03-01 09:59:00", 41.25, -95.93, "")))
	f := fixOf(t, out[0])
	if !slices.Equal(f.Quality, []schema.Quality{schema.QualityUnverified, schema.QualityLate}) {
		t.Errorf("quality %v", f.Quality)
	}
	var r schema.Recompute
	if len(out) != 2 || out[1].Topic != "fleet.recompute.v1" || schema.Decode(out[1].Value, &r) != nil {
		t.Fatalf("no request to derive anew: %d records, %s, %s", len(out), out[1].Topic, out[len(out)-1].Value)
	}
	if r.IMEI != imei || !r.EventTime.Equal(f.FixTime) || r.NewestTime.Sub(r.EventTime) != 24*time.Hour || r.Place != f.Place {
		t.Errorf("request %+v", r)
	}
}

func TestQuality(t *testing.T) {
	for _, c := range []struct{ name, at, more, want string }{
		{"plain", "2026-03-02 09:59:00", `,"postType":1,"satelliteNum":9,"status":262147`, ""},
		{"lbs", "2026-03-02 09:59:00", `,"postType":2`, "lbs"},
		{"wifi", "2026-03-02 09:59:00", `,"postType":3`, "wifi"},
		{"no fix by status", "2026-03-02 09:59:00", `,"status":1`, "no_fix"},
		{"no fix by satellites", "2026-03-02 09:59:00", `,"postType":1,"satelliteNum":0`, "no_fix"},
		{"future", "2026-03-02 10:05:00", "", "future"},
		{"south against the sign", "2026-03-02 09:59:00", `,"status":7`, "hemisphere"},
		{"old coordinates again", "2026-03-02 09:59:00", `,"postMethod":5`, "repeated_position"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fixOf(t, newDrive(t).send(raw(0, "pushgps", imei, gps(c.at, 41.25, -95.93, c.more)))[0])
			var got []string
			for _, q := range f.Quality {
				got = append(got, string(q))
			}
			if strings.Join(got, ",") != c.want {
				t.Errorf("got %v, want %q", got, c.want)
			}
		})
	}
	f := fixOf(t, newDrive(t).send(raw(0, "pushgps", imei, gps("2026-03-02 09:59:00", 0, 0, "")))[0])
	if len(f.Quality) != 1 || f.Quality[0] != schema.QualityZeroPosition {
		t.Errorf("(0, 0): %v", f.Quality)
	}
}

// TestJumps is a drive with a position that no vehicle reaches, and one whose
// first position was the wrong one.
func TestJumps(t *testing.T) {
	speed := ""
	flagsOf := func(lats ...float64) string {
		d := newDrive(t)
		var out strings.Builder
		for i, lat := range lats {
			f := fixOf(t, d.send(raw(0, "pushgps", imei, gps(fmt.Sprintf("2026-03-02 09:00:%02d", i), lat, -6.8, speed)))[0])
			if len(f.Quality) > 0 {
				out.WriteByte('J')
			} else {
				out.WriteByte('.')
			}
		}
		return out.String()
	}
	if got := flagsOf(34.01, 34.0101, 1, 34.0102, 34.0103); got != "..J.." {
		t.Errorf("one bad position: %s", got)
	}
	if got := flagsOf(1, 34.01, 34.0101, 34.0102, 34.0103, 34.0104); got != ".JJJ.." {
		t.Errorf("first position bad: %s", got)
	}
	if got := flagsOf(34.01, 34.0101, 1, 1, 34.0102, 34.0103); got != "..JJ.." {
		t.Errorf("two bad positions: %s", got)
	}
	speed = `,"gpsSpeed":30`
	if got := flagsOf(34.01, 34.0101, 0, 0, 0, 0, 0, 34.0102, 34.0103); got != "..JJJJJ.." {
		t.Errorf("stuck in a bad position: %s", got)
	}
}

func TestDeadLetters(t *testing.T) {
	for _, c := range []struct {
		name   string
		record *kgo.Record
		reason schema.Reason
		text   string
	}{
		{"latitude 95", raw(0, "pushgps", imei, gps("2026-03-02 09:59:00", 95, 1, "")), schema.ReasonPositionInvalid, "lat"},
		{"1970", raw(0, "pushgps", imei, gps("1970-01-01 00:00:00", 1, 1, "")), schema.ReasonTimeOutOfRange, "gpsTime"},
		{"future", raw(0, "pushgps", imei, gps("2026-03-02 10:10:01", 1, 1, "")), schema.ReasonTimeInFuture, "gpsTime"},
		{"no such day", raw(0, "pushgps", imei, gps("2032-02-90 00:00:00", 1, 1, "")), schema.ReasonInvalidTime, "gpsTime"},
		{"no device", raw(0, "pushgps", "", `{"gpsTime":"2026-03-02 09:59:00","lat":1,"lng":1}`), schema.ReasonNoIMEI, "deviceImei"},
		{"not JSON", raw(0, "pushgps", imei, `{"lat":`), schema.ReasonNotJSON, ""},
		{"undecodable body", raw(0, "undecodable", "", "%%%"), schema.ReasonBodyUndecodable, "data_list"},
		{"unknown kind", raw(0, "pushnothing", imei, "{}"), schema.ReasonHeaderMissing, "kind"},
		{"foreign record", &kgo.Record{Topic: "fleet.raw.v1", Partition: 3, Value: []byte("x")}, schema.ReasonHeaderMissing, "kind"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := newDrive(t).send(c.record)
			if len(out) != 1 || out[0].Topic != "fleet.deadletter.v1" {
				t.Fatalf("went out: %v", out)
			}
			var d schema.DeadLetter
			if err := schema.Decode(out[0].Value, &d); err != nil {
				t.Fatal(err)
			}
			if d.Reason != c.reason || !strings.Contains(d.Error, c.text) || string(d.Value) != string(c.record.Value) || d.Partition != 3 {
				t.Errorf("got %+v", d)
			}
		})
	}
}

func TestItems(t *testing.T) {
	heartbeat := fmt.Sprintf(`{"deviceImei":"%s","gateTime":"2026-03-02 09:59:00","powerLevel":80}`, imei)
	reply := fmt.Sprintf(`{"_imei":"%s","_code":"100"}`, imei)
	d := newDrive(t)
	var topics []string
	again := raw(0, "pushinstructresponse", imei, reply)
	for _, r := range []*kgo.Record{
		raw(1, "pushhb", imei, heartbeat), raw(2, "pushhb", imei, heartbeat),
		raw(3, "pushevent", imei, fmt.Sprintf(`{"deviceImei":"%s","type":"login","gateTime":"2026-03-02 09:59:00"}`, imei)),
		raw(4, "pushalarm", imei, fmt.Sprintf(`{"imei":"%s","msgClass":0,"msg":{"alertType":41,"alarmTime":"2026-03-02 09:59:00"}}`, imei)),
		raw(5, "pushinstructresponse", imei, reply), again, again,
		raw(7, "unknown.pushsomething", "", "[]"),
	} {
		topics = append(topics, strings.TrimSuffix(strings.TrimPrefix(d.send(r)[0].Topic, "fleet."), ".v1"))
	}
	if got, want := strings.Join(topics, " "), "heartbeats repeats sessions alarms messages messages repeats messages"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPanicIsADeadLetterOfOneRecord(t *testing.T) {
	d := newDrive(t)
	good, bad := gps("2026-03-02 09:59:00", 1, 1, ""), gps("2026-03-02 09:59:01", 2, 2, "")
	d.p.fixStages = append([]stage{{"planted", func(w *work) error {
		if string(w.raw.Value) == bad {
			panic("planted fault")
		}
		return nil
	}}}, fixStages...)
	out := d.send(raw(0, "pushgps", imei, good), raw(0, "pushgps", imei, bad), raw(0, "pushgps", imei, good))
	if len(out) != 3 || out[1].Topic != "fleet.deadletter.v1" || out[2].Topic != "fleet.repeats.v1" {
		t.Fatalf("went out: %v", out)
	}
	var l schema.DeadLetter
	if err := schema.Decode(out[1].Value, &l); err != nil || l.Reason != schema.ReasonPanic || !strings.Contains(l.Error, "planted fault") {
		t.Errorf("got %+v (%v)", l, err)
	}
	d.p.fixStages = fixStages
	fixOf(t, d.send(raw(0, "pushgps", imei, bad))[0]) // it does not count as seen
}

// TestChangelogRestores applies the changelog of a drive to an empty partition
// and compares what both make of more records.
func TestChangelogRestores(t *testing.T) {
	d, restored := newDrive(t), newPartition(3)
	for i := range 40 {
		var b batch
		b.reset(3, received)
		o := d.part.begin()
		at := received.Add(time.Duration(i-60) * time.Minute).Format(time.DateTime)
		d.p.run(&b, o, []*kgo.Record{
			raw(int64(2*i), "pushgps", imei, gps(at, 1+float64(i)*1e-4, 1, "")),
			raw(int64(2*i+1), "pushhb", imei, fmt.Sprintf(`{"deviceImei":"%s","gateTime":"%s"}`, imei, at)),
		})
		d.part.merge(o)
		for _, r := range b.records {
			if r.Topic == "fleet.state.v1" {
				if err := restored.load(r.Key, r.Value); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if restored.next != d.part.next {
		t.Errorf("position %d, want %d", restored.next, d.part.next)
	}
	if err := restored.loaded(); err != nil {
		t.Fatal(err)
	}
	a, b := d.part.devices[imei], restored.devices[imei]
	if x, y := a.recent.AppendTail(a.recent.Append(nil)), b.recent.AppendTail(b.recent.Append(nil)); !bytes.Equal(x, y) || len(x) < 8*dedup.RecentSize {
		t.Errorf("recent identities %x, want %x", y, x)
	}
	if a.head != b.head {
		t.Errorf("head %+v, want %+v", b.head, a.head)
	}
	for i := range 40 {
		at := received.Add(time.Duration(i-60) * time.Minute)
		if x, y := a.window.Lookup(at.Unix(), 0), b.window.Lookup(at.Unix(), 0); x != y {
			t.Errorf("minute %d: %d and %d", i, x, y)
		}
	}
}

func BenchmarkProcess(b *testing.B) {
	const devices, perDevice = 200, 50
	var in []*kgo.Record
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range devices * perDevice {
		id := fmt.Sprintf("35693803564%04d", i%devices)
		at := start.Add(time.Duration(i/devices) * 10 * time.Second).Format(time.DateTime)
		in = append(in, raw(int64(i), "pushgps", id, fmt.Sprintf(
			`{"deviceImei":"%s","gpsTime":"%s","gateTime":"%s","satelliteNum":7,"lng":%v,"lat":%v,"gpsMode":0,"gpsSpeed":40,"direction":155,"acc":1,"postType":1,"altitude":0,"distance":698,"status":262147}`,
			id, at, at, 113.942885+float64(i)*1e-6, 22.576539)))
	}
	p := newProcessor("fleet", derive.DefaultRules, noFences, &definitions{})
	var out batch
	bytes := 0
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		part := newPartition(3)
		out.reset(3, received)
		o := part.begin()
		p.run(&out, o, in)
		part.merge(o)
		n += len(in)
		bytes += len(out.bytes)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "fixes/s")
	b.ReportMetric(float64(bytes)/float64(n), "bytes-out/fix")
}

// TestBitmaskBecomesSeveralRecords sends an alarm of two bits, and again.
func TestBitmaskBecomesSeveralRecords(t *testing.T) {
	d := newDrive(t)
	item := fmt.Sprintf(`{"imei":"%s","gateTime":"2026-03-02 09:59:00","msgClass":1,"type":"DEVICE","msg":{"alertType":"256","standardAlarmValue":5,"alarmTime":"2026-03-02 09:59:00"}}`, imei)
	out := d.send(raw(0, "pushalarm", imei, item), raw(0, "pushalarm", imei, item))
	if len(out) != 3 || out[2].Topic != "fleet.repeats.v1" {
		t.Fatalf("%d records went out, want two alarms and a repeat", len(out))
	}
	for i, bit := range []string{"0", "2"} {
		var a schema.Alarm
		if err := schema.Decode(out[i].Value, &a); err != nil || out[i].Topic != "fleet.alarms.v1" {
			t.Fatalf("went to %s: %v", out[i].Topic, err)
		}
		if a.Subtype != bit || a.RawOffset != 0 || string(a.Raw) != item {
			t.Errorf("alarm %d: %+v", i, a)
		}
	}
	// The records of one item do not show through in the next one.
	if out := d.send(raw(0, "pushhb", imei, fmt.Sprintf(`{"deviceImei":"%s","gateTime":"2026-03-02 09:59:00"}`, imei))); len(out) != 1 || out[0].Topic != "fleet.heartbeats.v1" {
		t.Errorf("a heartbeat became %d records", len(out))
	}
}
