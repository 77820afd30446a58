package derive

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/trip"
)

// A key identifies an event among those of its device.
type key struct {
	kind  string // of the record, such as harsh_braking, trip, parking
	start int64  // seconds since 1970
	of    string // the channel or code of which there may be several at once
}

func (k key) compare(l key) int {
	return cmp.Or(cmp.Compare(k.start, l.start), cmp.Compare(k.kind, l.kind), cmp.Compare(k.of, l.of))
}

// A content is what a detector last said of an event. The record is without
// device, id, revision and place. It is never changed.
type content struct {
	key
	record  any    // *schema.DrivingEvent, *schema.Trip, *schema.Stop, *schema.ConditionEvent or *schema.GeofenceEvent; nil: see packed
	packed  string // the record in its binary form, an eighth of its size
	ongoing bool
	seen    int64 // time of the entry that led to it
}

// kept is the content in the form in which it is kept.
func (c *content) kept() *content {
	if c.record == nil {
		return c
	}
	return &content{key: c.key, packed: c.bytes(), ongoing: c.ongoing, seen: c.seen}
}

// keep gives contents in the form in which they are kept, in place.
func keep(said []*content) []*content {
	for i, c := range said {
		said[i] = c.kept()
	}
	return said
}

func (c *content) bytes() string {
	if c.record == nil {
		return c.packed
	}
	var buf [256]byte
	return string(packRecord(buf[:0], c.record, c.start))
}

func (c *content) same(d *content) bool {
	return c == d || c.ongoing == d.ongoing && c.bytes() == d.bytes()
}

// An Output is a record that goes out.
type Output struct {
	Topic  schema.Topic
	Record any
}

// Kind names what the record is, and gives its revision.
func (o *Output) Kind() (string, schema.Revised) {
	switch r := o.Record.(type) {
	case *schema.DrivingEvent:
		return string(r.Kind), r.Revised
	case *schema.ConditionEvent:
		return string(r.Kind), r.Revised
	case *schema.GeofenceEvent:
		return "geofence_" + r.Kind, r.Revised
	case *schema.TripRecord:
		if r.Trip != nil {
			return "trip", r.Trip.Revised
		}
		return r.Stop.Kind, r.Stop.Revised
	}
	panic("derive: an output of no known kind") // output makes no other
}

// blank is a record of an event of which only the key is known any more, to be
// retracted.
func (k key) blank() any {
	at := moment(k.start)
	switch k.kind {
	case "trip":
		return &schema.Trip{StartTime: at, EndTime: at}
	case "stop":
		return &schema.Stop{StartTime: at, EndTime: at, Kind: trip.Parking}
	case string(schema.ConditionRefuel), string(schema.ConditionTheft), string(schema.ConditionTemperature), string(schema.ConditionFault):
		return &schema.ConditionEvent{Kind: schema.ConditionKind(k.kind), StartTime: at, EndTime: at}
	}
	return &schema.DrivingEvent{Kind: schema.DrivingKind(k.kind), StartTime: at, EndTime: at, Severity: schema.SeverityNone, Source: schema.EvidenceGPS}
}

// output makes the record of a content for a topic.
func (c *content) output(env *Env, version string, revision schema.Revised, place schema.Place) Output {
	imei := env.IMEI
	id := eventID(imei, version, c.key)
	record := c.record
	if record == nil {
		var err error
		if record, _, err = unpackRecord([]byte(c.packed), c.start); err != nil {
			panic("derive: " + err.Error()) // it was read before, or written here
		}
	}
	switch r := record.(type) {
	case *schema.DrivingEvent:
		e := *r
		e.EventID, e.IMEI, e.Revised, e.Place, e.RuleVersion = id, imei, revision, place, version
		return Output{schema.TopicDriving, &e}
	case *schema.Trip:
		t := *r
		t.TripID, t.IMEI, t.Revised, t.Place, t.RuleVersion = id, imei, revision, place, version
		return Output{schema.TopicTrips, &schema.TripRecord{Trip: &t}}
	case *schema.Stop:
		s := *r
		s.StopID, s.IMEI, s.Revised, s.Place, s.RuleVersion = id, imei, revision, place, version
		return Output{schema.TopicTrips, &schema.TripRecord{Stop: &s}}
	case *schema.ConditionEvent:
		e := *r
		e.EventID, e.IMEI, e.Revised, e.Place, e.RuleVersion = id, imei, revision, place, version
		return Output{schema.TopicConditions, &e}
	case *schema.GeofenceEvent:
		e := *r
		e.EventID, e.IMEI, e.Revised, e.Place, e.RuleVersion = id, imei, revision, place, version
		return Output{schema.TopicGeofence, &e}
	}
	panic("derive: a content without a topic") // judges.go makes no other
}

// eventID is the same for every revision of an event: a hash of the device, the
// rule, its version and the start.
func eventID(imei, version string, k key) string {
	var a, b xxhash.Digest
	a.Reset()
	b.ResetWithSeed(1)
	var number [20]byte
	start := strconv.AppendInt(number[:0], k.start, 10)
	for _, h := range [...]*xxhash.Digest{&a, &b} {
		for _, part := range [...]string{imei, k.kind, version} {
			writePart(h, part)
		}
		_, _ = h.Write(start)
		writePart(h, "")
		writePart(h, k.of)
	}
	var sum [16]byte
	binary.BigEndian.PutUint64(sum[:], a.Sum64())
	binary.BigEndian.PutUint64(sum[8:], b.Sum64())
	return hex.EncodeToString(sum[:])
}

func writePart(h *xxhash.Digest, part string) {
	_, _ = h.WriteString(part)
	_, _ = h.Write([]byte{0})
}

func moment(second int64) time.Time { return time.Unix(second, 0).UTC() }
