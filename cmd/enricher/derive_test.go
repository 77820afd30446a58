package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// braking is the speed of a car, km/h, second by second from the minute before
// it was received: it brakes with 2.8 m/s² from the 12th second on.
var braking = []int{50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 40, 30, 20, 20, 20, 20, 20, 20}

// driven gives the fixes of a straight drive with these speeds.
func driven(speeds []int) (out []*kgo.Record) {
	lat := 41.25
	for i, v := range speeds {
		lat += float64(v) / 3.6 / 111_195
		at := received.Add(time.Duration(i-60) * time.Second).Format(time.DateTime)
		out = append(out, raw(0, "pushgps", imei, gps(at, lat, -95.93, fmt.Sprintf(`,"gpsSpeed":%d,"direction":0,"acc":1,"satelliteNum":9`, v))))
	}
	return out
}

func drivingEvents(t *testing.T, out []*kgo.Record) (events []schema.DrivingEvent) {
	t.Helper()
	for _, r := range out {
		if r.Topic == "fleet.driving.v1" {
			var e schema.DrivingEvent
			require.NoError(t, schema.Decode(r.Value, &e))
			require.Equal(t, imei, string(r.Key))
			events = append(events, e)
		}
	}
	return events
}

func TestBrakingIsFoundAtOnceAndMatchedWithItsAlarm(t *testing.T) {
	d := newDrive(t)
	var found []schema.DrivingEvent
	at := 0
	for i, r := range driven(braking) {
		if events := drivingEvents(t, d.send(r)); len(events) > 0 && found == nil {
			found, at = events, i
		}
	}
	require.NotEmpty(t, found)
	require.Equal(t, 12, at, "the fix that passes the threshold tells of it")
	first := found[0]
	require.Equal(t, schema.HarshBraking, first.Kind)
	require.EqualValues(t, 1, first.Revision)
	require.Equal(t, schema.EvidenceGPS, first.Source)
	require.EqualValues(t, 12, first.RawOffset, "it points to the item that completed it")

	alarm := fmt.Sprintf(`{"imei":"%s","msgClass":0,"type":"DEVICE","gateTime":"%s","msg":{"alertType":48,"alarmTime":"%s"}}`,
		imei, received.Format(time.DateTime), received.Add(-46*time.Second).Format(time.DateTime))
	out := d.send(raw(0, "pushalarm", imei, alarm))
	require.Equal(t, "fleet.alarms.v1", out[0].Topic)
	events := drivingEvents(t, out)
	require.Len(t, events, 1)
	require.Equal(t, first.EventID, events[0].EventID, "one event, of both sources")
	require.Equal(t, schema.EvidenceDevice, events[0].Source)
	require.Len(t, events[0].Sources, 2)
	require.Greater(t, events[0].Revision, first.Revision)
}

func TestLateFixCorrects(t *testing.T) {
	d := newDrive(t)
	all := driven(braking)
	late := all[12:14] // without them 50 to 20 km/h in 3 s
	var before []schema.DrivingEvent
	for i, r := range all {
		if i != 12 && i != 13 {
			before = append(before, drivingEvents(t, d.send(r))...)
		}
	}
	require.NotEmpty(t, before)
	require.EqualValues(t, 3, before[0].GapS.Value)
	after := drivingEvents(t, d.send(late...))
	require.NotEmpty(t, after, "what was found with a gap of 3 s is found anew")

	inOrder := newDrive(t)
	var want schema.DrivingEvent
	for _, r := range driven(braking) {
		for _, e := range drivingEvents(t, inOrder.send(r)) {
			want = e
		}
	}
	var got schema.DrivingEvent
	for _, e := range append(before, after...) {
		if e.EventID == want.EventID && !e.Retracted {
			got = e
		}
	}
	got.Revised, got.Place, want.Revised, want.Place = schema.Revised{}, schema.Place{}, schema.Revised{}, schema.Place{}
	require.Equal(t, want, got)
}

func TestDefinitionDecides(t *testing.T) {
	gentle := append([]int(nil), braking...)
	for i := 12; i < len(gentle); i++ {
		gentle[i] = max(20, 50-8*(i-11)) // 2.2 m/s²: harsh for a truck, not for a car
	}
	count := func(class string) (n int) {
		d := newDrive(t)
		value, err := schema.Encode(&schema.Device{IMEI: imei, VehicleClass: class})
		require.NoError(t, err)
		require.NoError(t, d.p.definitions.take(&kgo.Record{Key: []byte(imei), Value: value}))
		for _, r := range driven(gentle) {
			n += len(drivingEvents(t, d.send(r)))
		}
		return n
	}
	require.Zero(t, count("car"))
	require.NotZero(t, count("truck"))
	var defs definitions
	require.Error(t, defs.take(&kgo.Record{Key: []byte(imei), Value: []byte("{")}))
	require.NoError(t, defs.take(&kgo.Record{Key: []byte(imei)}), "a definition may end")
}

// TestDerivedStateRestores takes a drive into another partition by the changelog
// alone, at every step, and both must say the same of what follows.
func TestDerivedStateRestores(t *testing.T) {
	all := driven(append(append([]int(nil), braking...), braking...))
	for cut := range all {
		d := newDrive(t)
		restored := newPartition(3)
		d.changelog = func(r *kgo.Record) { require.NoError(t, restored.load(r.Key, r.Value)) }
		for _, r := range all[:cut] {
			d.send(r)
		}
		require.NoError(t, restored.loaded())
		d.changelog = nil
		again := &drive{t: t, p: d.p, part: restored, next: d.next}
		for _, r := range all[cut:] {
			same := *r
			require.Equal(t, drivingEvents(t, d.send(r)), drivingEvents(t, again.send(&same)), "cut %d", cut)
		}
	}
}

// TestFaultOfADetectorIsNoCrashLoop plants a panic in what ends a batch.
func TestFaultOfADetectorIsNoCrashLoop(t *testing.T) {
	d := newDrive(t)
	all := driven(braking)
	for i, r := range all {
		if i != 5 {
			d.send(r)
		}
	}
	b := batch{}
	b.reset(3, received)
	o := d.part.begin()
	dev, _ := o.device([]byte(imei))
	b.env.Rules = nil // any fault will do
	d.p.finish(&b, dev)
	require.Len(t, b.counts.faults, 1)
	require.Contains(t, b.counts.faults[0], imei)
}

func TestRulesAreTakenWhileRunning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rules.yaml")
	write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	write("version: first\n")
	valid := true
	book, err := openRules(path, slog.New(slog.DiscardHandler), func(v bool) { valid = v })
	require.NoError(t, err)
	require.Equal(t, "first", book.now.Load().Name)
	write("version: second\nharsh: {merge_s: 7}\n")
	book.look()
	require.Equal(t, "second", book.now.Load().Name)
	write("version: third\nharsh: {merge_z: 7}\n")
	book.look()
	require.False(t, valid)
	require.Equal(t, "second", book.now.Load().Name, "what is not valid changes nothing")
	require.NoError(t, os.Remove(path))
	book.look()
	require.Equal(t, "second", book.now.Load().Name)
	write("version: fourth\n")
	book.look()
	require.True(t, valid)
	require.Equal(t, "fourth", book.now.Load().Name)
	_, err = openRules(filepath.Join(t.TempDir(), "none.yaml"), slog.New(slog.DiscardHandler), nil)
	require.Error(t, err)
}

// TestNewRulesHoldFromTheNextFixOn changes the rules in the middle of a drive.
func TestNewRulesHoldFromTheNextFixOn(t *testing.T) {
	strict, err := derive.ParseRules([]byte("version: strict\nharsh: {thresholds_mps2: {car: {brake: [5, 6, 7]}}}\n"))
	require.NoError(t, err)
	d := newDrive(t)
	rules := derive.DefaultRules()
	d.p.rules = func() *derive.Rules { return rules }
	twice := driven(append(append([]int(nil), braking...), braking...))
	for _, r := range twice[:20] {
		d.send(r)
	}
	rules = strict
	var after []schema.DrivingEvent
	for _, r := range twice[20:] {
		for _, e := range drivingEvents(t, d.send(r)) {
			if e.Kind == schema.HarshBraking {
				after = append(after, e)
			}
		}
	}
	require.Empty(t, after, "the same braking again, under rules that do not see it")
}
