package schema

import "time"

// A Topic is a topic's name without the installation's prefix. Name gives the
// name on the broker.
type Topic string

// The topics, by what their records are.
const (
	TopicRaw         Topic = "raw.v1"        // vendor items, bytes unchanged, see RawHeaders
	TopicState       Topic = "state.v1"      // the enricher's changelog, binary, private to it
	TopicFixes       Topic = "fixes.v1"      // Fix
	TopicRepeats     Topic = "repeats.v1"    // Repeat
	TopicDriving     Topic = "driving.v1"    // DrivingEvent
	TopicGeofence    Topic = "geofence.v1"   // GeofenceEvent
	TopicTrips       Topic = "trips.v1"      // TripRecord: a Trip or a Stop
	TopicConditions  Topic = "conditions.v1" // ConditionEvent
	TopicRecompute   Topic = "recompute.v1"  // Recompute
	TopicAlarms      Topic = "alarms.v1"     // Alarm
	TopicHeartbeats  Topic = "heartbeats.v1" // Heartbeat
	TopicSessions    Topic = "sessions.v1"   // Session
	TopicOBD         Topic = "obd.v1"        // OBD
	TopicFaults      Topic = "faults.v1"     // Fault
	TopicSensors     Topic = "sensors.v1"    // Sensor
	TopicMedia       Topic = "media.v1"      // Media
	TopicMessages    Topic = "messages.v1"   // Message
	TopicDeadLetters Topic = "deadletter.v1" // DeadLetter
	TopicFences      Topic = "fences.v1"     // Fence, compacted definitions
	TopicDevices     Topic = "devices.v1"    // Device, compacted definitions

	TopicCompleteness Topic = "completeness.v1" // Completeness
	TopicPolls        Topic = "polls.v1"        // what pollers remember: cursors, sealed tokens; private to the collector
)

// DefaultPrefix is the prefix of every topic unless the installation sets
// another one.
const DefaultPrefix = "fleet"

// Name is the topic's name on the broker: prefix, a dot, and the topic.
func (t Topic) Name(prefix string) string { return prefix + "." + string(t) }

// EnricherGroup is the consumer group of all enrichers of an installation.
func EnricherGroup(prefix string) string { return prefix + ".enricher" }

// PollerGroup is the consumer group of all pollers of an installation.
func PollerGroup(prefix string) string { return prefix + ".poller" }

// SinkGroup is the consumer group of all sinks of an installation.
func SinkGroup(prefix string) string { return prefix + ".sink" }

// MaxRecordBytes bounds one record of any topic. A raw item is at most one
// request body (4 MiB); a dead letter carries it in base64 beside its reason.
const MaxRecordBytes = 8 << 20

// TopicSpec says how a topic is to be created.
type TopicSpec struct {
	Topic     Topic
	Compacted bool          // keep the latest record of each key
	Retention time.Duration // of a topic that is not compacted
	Past      time.Duration // of a compacted topic: for so long at least the records before the latest are kept too
}

const day = 24 * time.Hour

// FencePast is how long a version of a fence is known after the next one has
// come, so that what comes late is judged by the version that held then. Lateness
// is time of the device, which for one that is silent stands still: it may come
// back with what is older. So it is as long as its raw items are kept, and a day;
// of a vehicle that has been silent for longer, the visit begins anew when the
// fence was changed and the enricher restarted meanwhile.
const FencePast = 31 * day

// Topics lists every topic. All have the same number of partitions, because a
// record keeps its partition number from the raw topic to the last one.
var Topics = []TopicSpec{
	{Topic: TopicRaw, Retention: 30 * day},
	{Topic: TopicState, Compacted: true},
	{Topic: TopicFixes, Retention: 7 * day},
	{Topic: TopicRepeats, Retention: 7 * day},
	{Topic: TopicDriving, Retention: 30 * day},
	{Topic: TopicGeofence, Retention: 30 * day},
	{Topic: TopicTrips, Retention: 30 * day},
	{Topic: TopicConditions, Retention: 30 * day},
	{Topic: TopicRecompute, Retention: 30 * day},
	{Topic: TopicAlarms, Retention: 30 * day},
	{Topic: TopicHeartbeats, Retention: 7 * day},
	{Topic: TopicSessions, Retention: 30 * day},
	{Topic: TopicOBD, Retention: 7 * day},
	{Topic: TopicFaults, Retention: 30 * day},
	{Topic: TopicSensors, Retention: 7 * day},
	{Topic: TopicMedia, Retention: 30 * day},
	{Topic: TopicMessages, Retention: 30 * day},
	{Topic: TopicDeadLetters, Retention: 90 * day},
	{Topic: TopicFences, Compacted: true, Past: FencePast},
	{Topic: TopicDevices, Compacted: true},
	{Topic: TopicCompleteness, Retention: 30 * day},
	{Topic: TopicPolls, Compacted: true},
}
