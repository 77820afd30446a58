package schema

import "time"

// Place is where the raw item of a record lies in the raw topic. Every record
// carries it, so that each accepted item can be accounted for.
type Place struct {
	RawPartition int32 `json:"raw_partition"`
	RawOffset    int64 `json:"raw_offset"`
}

// Item is what every record made from one vendor item carries.
type Item struct {
	IMEI         string    `json:"imei"`
	ReceivedTime time.Time `json:"received_time"` // when the collector took the item
	Source       Source    `json:"source"`        // which interface it came by
	Account      string    `json:"account,omitzero"`
	Place
}

// Source names the interface an item came by.
type Source string

// The sources.
const (
	SourcePush         Source = "push"          // IoTHub push, reference section 10
	SourceOpenAPI      Source = "openapi"       // Open API push
	SourceTag          Source = "tag"           // TAG push
	SourceLocationList Source = "location_list" // jimi.user.device.location.list
	SourceLocationGet  Source = "location_get"  // jimi.device.location.get
	SourceTrackList    Source = "track_list"    // jimi.device.track.list
	SourcePoll         Source = "poll"          // any other polled method
	SourceAPI          Source = "api"           // the record of a call that changed something on the platform
)

// A Fix is one position of a device with its time, to the second: the pair
// (IMEI, FixTime) is its identity.
type Fix struct {
	Item
	FixTime    time.Time      `json:"fix_time"`
	GateTime   Opt[time.Time] `json:"gate_time,omitzero"` // when the platform received it
	Lat        float64        `json:"lat"`                // degrees, WGS-84
	Lng        float64        `json:"lng"`                // degrees, WGS-84
	SpeedKMH   Opt[float64]   `json:"speed_kmh,omitzero"`
	HeadingDeg Opt[float64]   `json:"heading_deg,omitzero"` // clockwise from north
	Satellites Opt[int32]     `json:"satellites,omitzero"`
	ACC        Opt[bool]      `json:"acc,omitzero"` // ignition
	AltitudeM  Opt[float64]   `json:"altitude_m,omitzero"`
	OdometerM  Opt[float64]   `json:"odometer_m,omitzero"`
	PosType    PosType        `json:"pos_type,omitzero"`    // how the position was found
	PostMethod Opt[int32]     `json:"post_method,omitzero"` // why it was uploaded, platform code
	GPSMode    Opt[int32]     `json:"gps_mode,omitzero"`    // 0 live, 1 re-upload
	Status     Opt[int64]     `json:"status,omitzero"`      // position status bits, JT/T 808 style
	Quality    []Quality      `json:"quality,omitzero"`
	H3R7       Cell           `json:"h3_r7"`
	H3R9       Cell           `json:"h3_r9"`
	H3R11      Cell           `json:"h3_r11"`
	FenceIDs   []string       `json:"fence_ids,omitzero"` // geofences that are there for the device at FixTime and contain the position, in order, 1,000 at most
}

// PosType says how a position was found.
type PosType string

// The kinds of position; empty where the vendor does not say.
const (
	PosGPS    PosType = "gps"
	PosLBS    PosType = "lbs" // cell towers
	PosWiFi   PosType = "wifi"
	PosBeacon PosType = "beacon"
)

// A Quality flag marks what is doubtful about a fix. Flagged fixes are stored.
type Quality string

// The flags.
const (
	QualityZeroPosition     Quality = "zero_position"     // latitude and longitude both 0: the platform's "no fix"
	QualityNoFix            Quality = "no_fix"            // status bits say not positioned, or 0 satellites on a GPS fix
	QualityFuture           Quality = "future"            // fix time after receive time (up to the 10 min that is refused)
	QualityJump             Quality = "jump"              // no vehicle gets there from the last trusted fix
	QualityLBS              Quality = "lbs"               // found by cell towers
	QualityWiFi             Quality = "wifi"              // found by WiFi
	QualityRepeatedPosition Quality = "repeated_position" // old coordinates sent again (postMethod 4, 5, 10, 13, 14), or unchanged while moving
	QualityHemisphere       Quality = "hemisphere"        // sign of a coordinate against the south/west status bit
	QualityUnverified       Quality = "unverified"        // older than the dedup window: only the sink can tell whether it is a repeat
	QualityLate             Quality = "late"              // older than the lateness that derived events are corrected for
	QualityFieldInvalid     Quality = "field_invalid"     // a field that a fix can do without was there and could not be read; it is absent from the fix
)

// A Repeat is one further sighting of an item that is stored already: of a fix
// (Kind is a kind of fix and FixTime is set), or of any other item with the
// same content.
type Repeat struct {
	Item
	Kind       string       `json:"kind"`       // kind of the raw item
	EventTime  time.Time    `json:"event_time"` // the fix time, or the item's own time
	IsFix      bool         `json:"is_fix"`
	Conflict   bool         `json:"conflict,omitzero"` // content differs from what is stored for the same second
	Lat        Opt[float64] `json:"lat,omitzero"`      // as this sighting has it
	Lng        Opt[float64] `json:"lng,omitzero"`
	SpeedKMH   Opt[float64] `json:"speed_kmh,omitzero"`
	HeadingDeg Opt[float64] `json:"heading_deg,omitzero"`
}

// A Heartbeat is a device's sign of life, reference 10.2.
type Heartbeat struct {
	Item
	EventTime      time.Time    `json:"event_time"`
	BatteryPercent Opt[float64] `json:"battery_percent,omitzero"` // powerLevel
	GSMSignal      Opt[int32]   `json:"gsm_signal,omitzero"`      // gsmSign, 0-100
	ACC            Opt[bool]    `json:"acc,omitzero"`
	Charging       Opt[bool]    `json:"charging,omitzero"`  // powerStatus
	Fortified      Opt[bool]    `json:"fortified,omitzero"` // fortify
	OilCut         Opt[bool]    `json:"oil_cut,omitzero"`   // oilEle: 0 connected, 1 cut
	Positioned     Opt[bool]    `json:"positioned,omitzero"`
	RemoteLock     Opt[int32]   `json:"remote_lock,omitzero"`
	Raw            Bytes        `json:"raw"`
}

// A Session is a device's login or logout, reference 10.1.
type Session struct {
	Item
	EventTime time.Time `json:"event_time"`
	Kind      string    `json:"kind"` // login or logout
	Timezone  string    `json:"timezone,omitzero"`
	Raw       Bytes     `json:"raw"`
}

// An Alarm is an alarm that the device or the platform raised, reference 10.4
// and the Open API push. The number alone means nothing: (MsgClass, Code,
// Subtype) is its key. A JT/T 808 alarm 256 with several bits set is one record
// for each bit, all of one place.
type Alarm struct {
	Item
	EventTime  time.Time      `json:"event_time"` // alarmTime, else gateTime
	GateTime   Opt[time.Time] `json:"gate_time,omitzero"`
	MsgClass   int32          `json:"msg_class"` // 0 JIMI protocol, 1 JT/T 808
	Code       string         `json:"code"`
	Subtype    string         `json:"subtype,omitzero"` // of the code 256: the number of the bit
	Label      string         `json:"label,omitzero"`   // alarmLabel or alarmSerialNo
	Name       string         `json:"name,omitzero"`    // as the platform names it, if it does
	Ended      bool           `json:"ended,omitzero"`   // removeAlarmType: the end of the alarm Code
	Lat        Opt[float64]   `json:"lat,omitzero"`
	Lng        Opt[float64]   `json:"lng,omitzero"`
	SpeedKMH   Opt[float64]   `json:"speed_kmh,omitzero"`
	Satellites Opt[int32]     `json:"satellites,omitzero"`
	Value      Opt[float64]   `json:"value,omitzero"`     // alertValue, meaning depends on Code; of the code 256 the whole bitmask
	VoltageV   Opt[float64]   `json:"voltage_v,omitzero"` // msg.voltage / 10
	Level      Opt[int32]     `json:"level,omitzero"`     // alarmLevel
	Status     Opt[int32]     `json:"status,omitzero"`    // alarmStatus
	DriverID   string         `json:"driver_id,omitzero"`
	DriverName string         `json:"driver_name,omitzero"`
	FenceID    string         `json:"fence_id,omitzero"`
	File       string         `json:"file,omitzero"` // announced media files, separated by a comma

	Files               []string       `json:"files,omitzero"`                 // the same, each by itself
	Serial              string         `json:"serial,omitzero"`                // alarmSerialNo
	GPSTime             Opt[time.Time] `json:"gps_time,omitzero"`              // gpsTime or positioningTime
	AltitudeM           Opt[float64]   `json:"altitude_m,omitzero"`            //
	HeadingDeg          Opt[float64]   `json:"heading_deg,omitzero"`           // clockwise from north
	FatigueLevel        Opt[float64]   `json:"fatigue_level,omitzero"`         // fatigueLevel
	CarStatus           Opt[int64]     `json:"car_status,omitzero"`            // carStatus, bits of the JT/T 808 protocol
	SignalDropChannel   string         `json:"signal_drop_channel,omitzero"`   // signalDropChannel: cameras without a signal, as sent
	SignalCoverChannel  string         `json:"signal_cover_channel,omitzero"`  // signalCoverChannel: covered cameras, as sent
	StorageFaultChannel string         `json:"storage_fault_channel,omitzero"` // storageFaultChannel, as sent
	DrivingAlarmFlag    Opt[int64]     `json:"driving_alarm_flag,omitzero"`    // drivingAlarmFlag, bits
	DeviceName          string         `json:"device_name,omitzero"`
	Model               string         `json:"model,omitzero"`

	Raw Bytes `json:"raw"`
}

// A Message is an item without a table of its own: command replies,
// pass-through, extensions, trip reports, unknown pushes. Which of its fields
// are set depends on Kind; the rest of the item stays in Raw.
type Message struct {
	Item
	Kind      string         `json:"kind"`
	EventTime Opt[time.Time] `json:"event_time,omitzero"`
	GateTime  Opt[time.Time] `json:"gate_time,omitzero"` // when the platform received it
	PostTime  Opt[time.Time] `json:"post_time,omitzero"` // when the device sent it
	GPSTime   Opt[time.Time] `json:"gps_time,omitzero"`
	Lat       Opt[float64]   `json:"lat,omitzero"` // degrees, WGS-84
	Lng       Opt[float64]   `json:"lng,omitzero"`

	Type          string            `json:"type,omitzero"`           // what it is within its kind: type, eventType, extensionId, subMessagesId; of a trip report start or end
	Category      string            `json:"category,omitzero"`       // protocol of the message, such as 0x9B
	InstructionID string            `json:"instruction_id,omitzero"` // of the command it answers
	MsgType       string            `json:"msg_type,omitzero"`       // of a command's answer: 1 asynchronous, 2 offline command
	Code          string            `json:"code,omitzero"`           // of a command's answer: 100 success, see reference, appendix A
	Text          string            `json:"text,omitzero"`           // of a command's answer, in words; of a parking report the address
	Content       string            `json:"content,omitzero"`        // as it came: base64, hexadecimal, JSON or text
	Parts         map[string]string `json:"parts,omitzero"`          // members of the content, by their number or name
	IDs           []string          `json:"ids,omitzero"`            // of a list, each by itself

	VoltageV         Opt[float64] `json:"voltage_v,omitzero"`          // extension 8197, part 1
	DailyTrafficKB   Opt[float64] `json:"daily_traffic_kb,omitzero"`   // extension 8197, part 2
	BatteryPercent   Opt[float64] `json:"battery_percent,omitzero"`    // extension 8197, part 3
	Charging         Opt[bool]    `json:"charging,omitzero"`           // extension 8197, part 4
	ICCID            string       `json:"iccid,omitzero"`              // extension 8197, part 5; ICCID announcements; device lists
	Network          string       `json:"network,omitzero"`            // extension 8197, part 6: none, wifi, gsm, wcdma, lte
	HDOP             Opt[float64] `json:"hdop,omitzero"`               // extension 8197, part 7 / 10
	ExternalVoltageV Opt[float64] `json:"external_voltage_v,omitzero"` // extension 8197, part 8193

	BeginTime   Opt[time.Time] `json:"begin_time,omitzero"` // of a trip, a parking or a mileage report
	EndTime     Opt[time.Time] `json:"end_time,omitzero"`
	BeginLat    Opt[float64]   `json:"begin_lat,omitzero"`
	BeginLng    Opt[float64]   `json:"begin_lng,omitzero"`
	EndLat      Opt[float64]   `json:"end_lat,omitzero"`
	EndLng      Opt[float64]   `json:"end_lng,omitzero"`
	DistanceM   Opt[float64]   `json:"distance_m,omitzero"` // miles (kilometres, by the reference) or distance (metres)
	FuelL       Opt[float64]   `json:"fuel_l,omitzero"`     // oils
	DurationS   Opt[float64]   `json:"duration_s,omitzero"` // runTimeSecond, elapsed or durSecond
	IdleS       Opt[float64]   `json:"idle_s,omitzero"`     // idleTimes
	StopS       Opt[float64]   `json:"stop_s,omitzero"`     // stopSecond: without movement
	AvgSpeedKMH Opt[float64]   `json:"avg_speed_kmh,omitzero"`
	MaxSpeedKMH Opt[float64]   `json:"max_speed_kmh,omitzero"`
	TripSeq     Opt[int64]     `json:"trip_seq,omitzero"`
	OdometerM   Opt[float64]   `json:"odometer_m,omitzero"` // currentMileage
	ACC         Opt[bool]      `json:"acc,omitzero"`

	VIN        string `json:"vin,omitzero"`
	DeviceName string `json:"device_name,omitzero"`
	Model      string `json:"model,omitzero"` // mcType
	SIM        string `json:"sim,omitzero"`
	Plate      string `json:"plate,omitzero"` // vehicleNumber or licensePlatNo
	DriverName string `json:"driver_name,omitzero"`
	GroupName  string `json:"group_name,omitzero"` // deviceGroup

	Raw Bytes `json:"raw"`
}

// A DeadLetter is a record that could not be used, with its reason and its
// bytes. Topic, Partition and Offset say where it stands.
type DeadLetter struct {
	Reason       Reason         `json:"reason"`
	Error        string         `json:"error"` // what, where and what to do
	Topic        string         `json:"topic"`
	Partition    int32          `json:"partition"`
	Offset       int64          `json:"offset"`
	Kind         string         `json:"kind,omitzero"`
	IMEI         string         `json:"imei,omitzero"`
	Source       Source         `json:"source,omitzero"`
	Account      string         `json:"account,omitzero"`
	ReceivedTime Opt[time.Time] `json:"received_time,omitzero"`
	FirstSeen    time.Time      `json:"first_seen"`             // when it was put aside
	RawPartition Opt[int32]     `json:"raw_partition,omitzero"` // absent where even that is unreadable
	RawOffset    Opt[int64]     `json:"raw_offset,omitzero"`
	Value        Bytes          `json:"value"`
}

// A Reason says why a record was put aside.
type Reason string

// The reasons.
const (
	ReasonBodyUndecodable   Reason = "body_undecodable"   // a request body that holds no items
	ReasonNotJSON           Reason = "not_json"           // an item that is not a JSON object
	ReasonTooDeep           Reason = "too_deep"           // nested deeper than any real item
	ReasonNoIMEI            Reason = "no_imei"            // an item of a device kind without a device
	ReasonInvalidField      Reason = "invalid_field"      // a field of the wrong form
	ReasonMissingField      Reason = "missing_field"      // a field without which the record means nothing
	ReasonInvalidTime       Reason = "invalid_time"       // not a time, or a day that does not exist
	ReasonTimeOutOfRange    Reason = "time_out_of_range"  // before the first trackers
	ReasonTimeInFuture      Reason = "time_in_future"     // more than 10 min after it was received
	ReasonPositionInvalid   Reason = "position_invalid"   // not on this planet
	ReasonHeaderMissing     Reason = "header_missing"     // a raw record that no collector wrote
	ReasonPanic             Reason = "panic"              // a fault in our own code
	ReasonRecordUndecodable Reason = "record_undecodable" // the sink can't read an enriched record
	ReasonRowRefused        Reason = "row_refused"        // ClickHouse refuses the row
)
