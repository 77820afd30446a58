package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

func gpsOf(device, at string) string {
	return strings.Replace(gps(at, 1, 1, `,"gpsSpeed":30`), imei, device, 1)
}

func topics(out []*kgo.Record) (names []string) {
	for _, r := range out {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(r.Topic, "fleet."), ".v1"))
	}
	return names
}

// TestTooLateIsRequestedOnce: the last item of a transaction is too late, and
// other devices are in it.
func TestTooLateIsRequestedOnce(t *testing.T) {
	d := newDrive(t)
	const other = "356938035643810"
	out := d.send(
		raw(0, "pushgps", imei, gpsOf(imei, "2026-03-02 09:59:00")),
		raw(0, "pushgps", other, gpsOf(other, "2026-03-02 09:59:00")),
		raw(0, "pushgps", imei, gpsOf(imei, "2026-03-02 05:00:00")),
	)
	if got, want := strings.Join(topics(out), " "), "fixes fixes fixes recompute"; got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	var r schema.Recompute
	if err := schema.Decode(out[3].Value, &r); err != nil || r.IMEI != imei || r.Reason != reasonTooLate || r.RawOffset != 2 || string(out[3].Key) != imei {
		t.Errorf("got %+v with key %s (%v)", r, out[3].Key, err)
	}
	if f := fixOf(t, out[2]); len(f.Quality) != 1 || f.Quality[0] != schema.QualityLate {
		t.Errorf("the late fix is flagged %v", f.Quality)
	}
}

// TestFaultOfADetector: a panic of a detector costs no item and no other device,
// and the device begins anew after it.
func TestFaultOfADetector(t *testing.T) {
	d := newDrive(t)
	var b batch
	b.reset(3, received)
	fault := received.Add(-time.Minute).Unix()
	d.p.road = func(f *timeline.Fix) float64 {
		if f.Time == fault {
			panic("planted fault")
		}
		return 0
	}
	var records []*kgo.Record
	for i, at := range []int{-62, -61, -60, -59, -58, -70, -57} { // one of them late
		r := raw(int64(i), "pushgps", imei, gpsOf(imei, received.Add(time.Duration(at)*time.Second).Format(time.DateTime)))
		records = append(records, r)
	}
	o := d.part.begin()
	d.p.run(&b, o, records)
	d.part.merge(o)
	fixes := 0
	for _, r := range b.records {
		switch r.Topic {
		case "fleet.fixes.v1":
			fixes++
		case "fleet.deadletter.v1":
			t.Errorf("a dead letter: %s", r.Value)
		}
	}
	if fixes != len(records) || b.counts.faults != 1 || len(b.counts.faultTexts) != 1 || !strings.Contains(b.counts.faultTexts[0], "planted fault") {
		t.Errorf("%d fixes went out, want %d; faults: %d, %v", fixes, len(records), b.counts.faults, b.counts.faultTexts)
	}
	restored := newPartition(3) // what was written is a state again
	for _, r := range b.records {
		if r.Topic == "fleet.state.v1" {
			if err := restored.load(r.Key, r.Value); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := restored.loaded(); err != nil {
		t.Fatal(err)
	}
	d.send(raw(0, "pushgps", imei, gpsOf(imei, received.Add(-50*time.Second).Format(time.DateTime))))
}

// TestDefinitionsAreReadAgain: after the connection was lost the topic is read
// from its beginning. What a device was before does not come back meanwhile.
func TestDefinitionsAreReadAgain(t *testing.T) {
	var d definitions
	give := func(name string) {
		t.Helper()
		value := fmt.Sprintf(`{"imei":%q,"driver_name":%q}`, imei, name)
		if name == "" {
			value = ""
		}
		if err := d.take(&kgo.Record{Key: []byte(imei), Value: []byte(value)}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(name string) {
		t.Helper()
		if got := d.of([]byte(imei)).driver; got != name {
			t.Errorf("the driver is %q, want %q", got, name)
		}
	}
	d.begin()
	give("Ada")
	give("Grace")
	d.read()
	want("Grace")
	give("Edsger")
	want("Edsger")
	d.begin()
	give("Ada")
	want("Edsger")
	give("Grace")
	give("Edsger")
	d.read()
	want("Edsger")
	d.begin()
	give("Ada")
	give("")
	want("Edsger")
	d.read()
	want("")
}
