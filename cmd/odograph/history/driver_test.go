package history

import (
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// accountOf compares records of one device, of which everything was read.
func accountOf(t *testing.T, was, is []record) *account {
	t.Helper()
	const now = 1_000_000
	d := &derived{definition: &definition{Device: schema.Device{IMEI: "1"}}, was: was, is: is, fixes: covered(t, 80_000, now, ""), newest: now}
	d.place.RawPartition = 3
	a := newAccount(&Job{Rules: derive.DefaultRules(), From: at(100_000), To: at(200_000)}, d, now, nil)
	if err := a.take(d); err != nil {
		t.Fatal(err)
	}
	return a
}

// tripOf is a trip of "driver source".
func tripOf(t *testing.T, text, by string) record {
	t.Helper()
	trip := recordsOf(t, text)[0].(*schema.Trip)
	trip.Driver, trip.DriverSource, _ = strings.Cut(by, " ")
	return trip
}

// TestDriverIsKept: who drives by the device's definition today did not drive then.
func TestDriverIsKept(t *testing.T) {
	for name, c := range map[string]struct{ stored, storedBy, derived, derivedBy, want, by string }{
		"another today":            {"trip 110000-120000 5", "Ann device", "trip 110000-120000 5", "Bob device", "", ""},
		"nobody today":             {"trip 110000-120000 5", "Ann device", "trip 110000-120000 5", "", "", ""},
		"nobody then":              {"trip 110000-120000 5", "", "trip 110000-120000 5", "Bob device", "", ""},
		"with another length":      {"trip 110000-120000 5", "Ann device", "trip 110000-120000 6", "Bob device", "moved trip 110000 r2", "Ann device"},
		"with another start":       {"trip 110000-120000 5", "Ann device", "trip 110100-120000 5", "Bob device", "lost trip 110000 -r2, added trip 110100 r1", "Ann device"},
		"no trip then":             {"trip 110000-120000 5", "Ann device", "trip 130000-140000 5", "Bob device", "lost trip 110000 -r2, added trip 130000 r1", "Bob device"},
		"taken back then":          {"trip 110000-120000 -r2 5", "Ann device", "trip 110000-120000 5", "Bob device", "added trip 110000 r3", "Bob device"},
		"a card that came late":    {"trip 110000-120000 5", "Ann device", "trip 110000-120000 5", "Bob rfid", "moved trip 110000 r2", "Bob rfid"},
		"a card that is not there": {"trip 110000-120000 5", "Ann rfid", "trip 110000-120000 5", "Bob device", "moved trip 110000 r2", "Bob device"},
	} {
		t.Run(name, func(t *testing.T) {
			is := tripOf(t, c.derived, c.derivedBy)
			a := accountOf(t, []record{tripOf(t, c.stored, c.storedBy)}, []record{is})
			if got := a.text(t); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for i := range a.list {
				if trip := a.list[i].record.(*schema.Trip); !trip.Retracted && trip.Driver+" "+trip.DriverSource != c.by {
					t.Errorf("driven by %s (%s), want %s", trip.Driver, trip.DriverSource, c.by)
				}
			}
			if trip := is.(*schema.Trip); strings.TrimSpace(trip.Driver+" "+trip.DriverSource) != c.derivedBy {
				t.Errorf("the record was changed: %+v", trip)
			}
		})
	}
}

// TestSaysWhatDiffers: a list that somebody agrees to shows what is changed, also
// where start, end, severity and size are the same.
func TestSaysWhatDiffers(t *testing.T) {
	was, is := recordsOf(t, "speeding 110000-110002\nenter/f 120000-120010\nbrake 130000-130002 2.5"), recordsOf(t, "speeding 110000-110002\nenter/f 120000-120010\nbrake 130000-130004 2.5")
	was, is = append(was, tripOf(t, "trip 140000-150000 5", "Ann rfid")), append(is, tripOf(t, "trip 140000-150000 5", "Bob sign_in"))
	was[0].(*schema.DrivingEvent).LimitKMH, is[0].(*schema.DrivingEvent).LimitKMH = schema.Some(50.0), schema.Some(60.0)
	is[0].(*schema.DrivingEvent).VehicleClass = "van"
	was[1].(*schema.GeofenceEvent).FenceVersion, is[1].(*schema.GeofenceEvent).FenceVersion = 1, 2
	a := accountOf(t, was, is)
	var out strings.Builder
	c := Corrections{List: a.list, Kinds: a.tallies}
	if err := c.WriteTable(&out, true); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(out.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	for _, want := range []string{
		`moved 1 speeding 1970-01-02 06:33:20 to 1970-01-02 06:33:22 limit_kmh=50 1970-01-02 06:33:20 to 1970-01-02 06:33:22 limit_kmh=60 vehicle_class="van"`,
		`moved 1 geofence_enter f 1970-01-02 09:20:00 fence_version=1 1970-01-02 09:20:00 fence_version=2`,
		`moved 1 brake 1970-01-02 12:06:40 to 1970-01-02 12:06:42 2.5 1970-01-02 12:06:40 to 1970-01-02 12:06:44 2.5`,
		`moved 1 trip 1970-01-02 14:53:20 to 1970-01-02 17:40:00 5 driver="Ann" driver_source="rfid" 1970-01-02 14:53:20 to 1970-01-02 17:40:00 5 driver="Bob" driver_source="sign_in"`,
	} {
		found := false
		for _, line := range lines {
			found = found || line == want
		}
		if !found {
			t.Errorf("no line %s in\n%s", want, out.String())
		}
	}
}
