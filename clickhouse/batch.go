package clickhouse

import (
	"errors"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// A Batch holds decoded records of one topic. Each record is one row of one
// table.
type Batch struct {
	tables []Rows
	decode func(r Record) (Row, error)
	fixes  *rows[schema.Fix] // of the topic of fixes
}

// A Record is what the sink knows of a Kafka record.
type Record struct {
	Key, Value []byte
	Timestamp  time.Time
}

// A Row says where the row of a record is.
type Row struct {
	Rows  Rows
	Index int
}

// Topics are the topics that have a table.
func Topics() []schema.Topic {
	out := make([]schema.Topic, len(routes))
	for i, r := range routes {
		out[i] = r.topic
	}
	return out
}

// Definitions tells whether the records of a topic are definitions: of two
// with the same key the later one holds, and the earlier may vanish from the
// topic.
func Definitions(topic schema.Topic) bool {
	return topic == schema.TopicDevices || topic == schema.TopicFences
}

// NewBatch makes a batch for the records of a topic.
func NewBatch(topic schema.Topic) (*Batch, error) {
	for _, r := range routes {
		if r.topic == topic {
			return r.batch(), nil
		}
	}
	return nil, errors.New("topic " + string(topic) + " has no table")
}

// routes say which table takes the records of a topic.
var routes = []struct {
	topic schema.Topic
	batch func() *Batch
}{
	{schema.TopicFixes, fixBatch},
	{schema.TopicRepeats, repeatBatch},
	{schema.TopicDriving, func() *Batch { return batchOf(drivingTable) }},
	{schema.TopicGeofence, func() *Batch { return batchOf(geofenceTable) }},
	{schema.TopicTrips, tripBatch},
	{schema.TopicConditions, func() *Batch { return batchOf(conditionTable) }},
	{schema.TopicRecompute, recomputeBatch},
	{schema.TopicAlarms, func() *Batch { return batchOf(alarmTable) }},
	{schema.TopicHeartbeats, func() *Batch { return batchOf(heartbeatTable) }},
	{schema.TopicSessions, func() *Batch { return batchOf(sessionTable) }},
	{schema.TopicOBD, func() *Batch { return batchOf(obdTable) }},
	{schema.TopicFaults, func() *Batch { return batchOf(faultTable) }},
	{schema.TopicSensors, func() *Batch { return batchOf(sensorTable) }},
	{schema.TopicMedia, func() *Batch { return batchOf(mediaTable) }},
	{schema.TopicMessages, func() *Batch { return batchOf(messageTable) }},
	{schema.TopicDeadLetters, func() *Batch { return batchOf(deadLetterTable) }},
	{schema.TopicCompleteness, func() *Batch { return batchOf(completenessTable) }},
	{schema.TopicDevices, func() *Batch {
		return definitionBatch(deviceTable, func(d *schema.Device, key string) { d.IMEI = key }, func(*schema.Device) bool { return false })
	}},
	{schema.TopicFences, func() *Batch {
		return definitionBatch(fenceTable, func(f *schema.Fence, key string) { f.FenceID = key }, func(f *schema.Fence) bool { return f.Deleted })
	}},
}

// Add decodes a record and appends its row. After an error the batch is as it
// was.
func (b *Batch) Add(r Record) (Row, error) { return b.decode(r) }

// Reset forgets all rows and keeps the memory for the next ones.
func (b *Batch) Reset() {
	for _, t := range b.tables {
		t.Reset()
	}
}

// batchOf is the batch of a topic whose records all go to one table.
func batchOf[T any](t *table[T]) *Batch {
	rows := newRows(t)
	return &Batch{tables: []Rows{rows}, decode: func(r Record) (Row, error) {
		var record T
		if err := schema.Decode(r.Value, &record); err != nil {
			return Row{}, err
		}
		return Row{rows, rows.add(record)}, nil
	}}
}

func fixBatch() *Batch {
	fixes, repeats := newRows(fixTable), newRows(fixRepeatTable)
	// One fix is decoded over the one before, so that what is the same, such as
	// the IMEI, is not allocated again.
	var fix schema.Fix
	return &Batch{tables: []Rows{fixes, repeats}, fixes: fixes, decode: func(r Record) (Row, error) {
		if err := fix.DecodeJSON(r.Value); err != nil {
			return Row{}, err
		}
		return Row{fixes, fixes.add(fix)}, nil
	}}
}

func repeatBatch() *Batch {
	ofFixes, ofItems := newRows(fixRepeatTable), newRows(itemRepeatTable)
	return &Batch{tables: []Rows{ofFixes, ofItems}, decode: func(r Record) (Row, error) {
		var repeat schema.Repeat
		if err := repeat.DecodeJSON(r.Value); err != nil {
			return Row{}, err
		}
		if repeat.IsFix {
			return Row{ofFixes, ofFixes.add(repeat)}, nil
		}
		return Row{ofItems, ofItems.add(repeat)}, nil
	}}
}

func tripBatch() *Batch {
	trips, stops := newRows(tripTable), newRows(stopTable)
	return &Batch{tables: []Rows{trips, stops}, decode: func(r Record) (Row, error) {
		var record schema.TripRecord
		if err := schema.Decode(r.Value, &record); err != nil {
			return Row{}, err
		}
		switch {
		case record.Trip != nil && record.Stop == nil:
			return Row{trips, trips.add(*record.Trip)}, nil
		case record.Stop != nil && record.Trip == nil:
			return Row{stops, stops.add(*record.Stop)}, nil
		}
		return Row{}, errors.New("decode trip record: want exactly one of the members trip and stop")
	}}
}

// recomputeBatch is of requests, and of the same records once they are fulfilled.
func recomputeBatch() *Batch {
	requests, done := newRows(recomputeTable), newRows(recomputeDoneTable)
	return &Batch{tables: []Rows{requests, done}, decode: func(r Record) (Row, error) {
		var record schema.Recompute
		if err := schema.Decode(r.Value, &record); err != nil {
			return Row{}, err
		}
		if record.FulfilledTime.Valid {
			return Row{done, done.add(record)}, nil
		}
		return Row{requests, requests.add(record)}, nil
	}}
}

func definitionBatch[T any](t *table[definition[T]], setID func(*T, string), deleted func(*T) bool) *Batch {
	rows := newRows(t)
	return &Batch{tables: []Rows{rows}, decode: func(r Record) (Row, error) {
		d := definition[T]{updated: r.Timestamp, deleted: r.Value == nil}
		if r.Value != nil {
			if err := schema.Decode(r.Value, &d.record); err != nil {
				return Row{}, err
			}
			d.deleted = deleted(&d.record)
		}
		setID(&d.record, string(r.Key))
		return Row{rows, rows.add(d)}, nil
	}}
}
