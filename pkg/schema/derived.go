package schema

import "time"

// Revised is what every derived event carries: a deterministic id, and a
// revision that grows when a late fix corrects the event.
type Revised struct {
	Revision  uint32 `json:"revision"`
	Retracted bool   `json:"retracted,omitzero"` // the event did not happen after all
}

// A DrivingEvent is one event of driving behaviour. What an analyst needs to
// decide it again in SQL is in it: the fixes' speeds, the gap between them and
// the threshold that was passed.
type DrivingEvent struct {
	EventID string `json:"event_id"`
	Revised
	Place
	IMEI        string           `json:"imei"`
	Kind        DrivingKind      `json:"kind"`
	StartTime   time.Time        `json:"start_time"`
	EndTime     time.Time        `json:"end_time"`
	Severity    Severity         `json:"severity"`
	PeakMPS2    Opt[float64]     `json:"peak_mps2,omitzero"` // of a harsh event: largest size of the acceleration, always positive
	Source      EvidenceSource   `json:"source"`             // device where the device says so, whether or not GPS saw it too
	Sources     []EvidenceSource `json:"sources,omitzero"`   // all that saw it
	Confidence  Confidence       `json:"confidence"`
	RuleVersion string           `json:"rule_version"`
	Lat         Opt[float64]     `json:"lat,omitzero"` // degrees, WGS-84, of the peak; absent where a device alarm has no position
	Lng         Opt[float64]     `json:"lng,omitzero"`

	AlarmCode        string       `json:"alarm_code,omitzero"`              // of the device's alarm: msg_class/code
	VehicleClass     string       `json:"vehicle_class,omitzero"`           // whose thresholds were taken
	ThresholdMPS2    Opt[float64] `json:"threshold_mps2,omitzero"`          // the lowest that had to be passed at the peak's gap
	GapS             Opt[float64] `json:"gap_s,omitzero"`                   // between the two fixes of the peak
	SpeedBeforeKMH   Opt[float64] `json:"speed_before_kmh,omitzero"`        // at the first fix of the peak's gap
	SpeedAfterKMH    Opt[float64] `json:"speed_after_kmh,omitzero"`         // at the second
	HeadingChangeDeg Opt[float64] `json:"heading_change_deg,omitzero"`      // of a cornering, summed over the event, positive to the right
	PeakHeadingDeg   Opt[float64] `json:"peak_heading_change_deg,omitzero"` // of a cornering, within the gap of the peak: peak_mps2 is the mean of the two speeds in m/s, times this in radians, by gap_s
	MaxSpeedKMH      Opt[float64] `json:"max_speed_kmh,omitzero"`
	LimitKMH         Opt[float64] `json:"limit_kmh,omitzero"`    // of speeding
	LimitSource      string       `json:"limit_source,omitzero"` // own, fence or road
	DistanceM        Opt[float64] `json:"distance_m,omitzero"`   // driven from start to end, of speeding
}

// A DrivingKind names what a DrivingEvent is.
type DrivingKind string

// The kinds of driving events.
const (
	HarshBraking      DrivingKind = "harsh_braking"
	HarshAcceleration DrivingKind = "harsh_acceleration"
	HarshCornering    DrivingKind = "harsh_cornering"
	Collision         DrivingKind = "collision" // by the device's alarm alone
	Speeding          DrivingKind = "speeding"
	Idling            DrivingKind = "idling"
)

// A Severity is a step of a DrivingEvent; none for kinds that have no steps.
type Severity string

// The severities.
const (
	SeverityLow    Severity = "low"
	SeverityMedium Severity = "medium"
	SeverityHigh   Severity = "high"
	SeverityNone   Severity = "none"
)

// An EvidenceSource says who saw an event.
type EvidenceSource string

// The sources of evidence.
const (
	EvidenceDevice EvidenceSource = "device" // the device's own alarm
	EvidenceGPS    EvidenceSource = "gps"    // found in the fixes
)

// Confidence says how far an event can be trusted.
type Confidence string

// The steps of confidence.
const (
	ConfidenceHigh     Confidence = "high"     // the device's own sensors
	ConfidenceMeasured Confidence = "measured" // fixes at most 3 s apart; counts in the score
	ConfidenceInferred Confidence = "inferred" // fixes 3 to 10 s apart; does not count in the score
)

// A GeofenceEvent is one transition of a device at a geofence.
type GeofenceEvent struct {
	EventID string `json:"event_id"`
	Revised
	Place
	IMEI         string    `json:"imei"`
	FenceID      string    `json:"fence_id"`
	FenceVersion int64     `json:"fence_version"`
	Kind         string    `json:"kind"`         // enter, dwell, exit, inside_at_start, inside_at_open, inside_at_close, unknown, inside_again
	At           time.Time `json:"at"`           // of the first crossing
	ConfirmedAt  time.Time `json:"confirmed_at"` // of the item that made it certain
	Inferred     bool      `json:"inferred"`     // no fix was inside: the straight line between two fixes passes through
	Lat          float64   `json:"lat"`
	Lng          float64   `json:"lng"`

	DwellS      Opt[float64] `json:"dwell_s,omitzero"`   // of dwell, the time that was passed; of exit and inside_at_close, how long it was inside
	GapS        Opt[float64] `json:"gap_s,omitzero"`     // of a crossing, between the fixes around it; the way was taken for straight up to the rules' jump.max_gap_s, beyond that at is the later fix
	SpeedKMH    Opt[float64] `json:"speed_kmh,omitzero"` // the device's own, at the fix after the crossing
	RuleVersion string       `json:"rule_version,omitzero"`
}

// A TripRecord is a Trip or a Stop: exactly one of the two is set.
type TripRecord struct {
	Trip *Trip `json:"trip,omitzero"`
	Stop *Stop `json:"stop,omitzero"`
}

// A Trip is motion between two stops. While it goes on its record is corrected
// now and then, with Ongoing set.
type Trip struct {
	TripID string `json:"trip_id"`
	Revised
	Place
	IMEI            string       `json:"imei"`
	StartTime       time.Time    `json:"start_time"`
	EndTime         time.Time    `json:"end_time"` // of the last movement; of a trip that goes on, of the last one seen
	DistanceM       float64      `json:"distance_m"`
	MaxSpeedKMH     Opt[float64] `json:"max_speed_kmh,omitzero"`
	IdleS           float64      `json:"idle_s"`                    // at rest with the ignition on, or not known to be off, within the trip
	ObservableShare Opt[float64] `json:"observable_share,omitzero"` // of driving time in which harsh events could be seen

	Ongoing      bool         `json:"ongoing,omitzero"`
	DrivingS     Opt[float64] `json:"driving_s,omitzero"`    // in motion; what observable_share is a share of
	ObservableS  Opt[float64] `json:"observable_s,omitzero"` // of it in gaps of at most 3 s
	Fixes        Opt[int64]   `json:"fixes,omitzero"`        // that the trip was made of
	LongestGapS  Opt[float64] `json:"longest_gap_s,omitzero"`
	StartLat     Opt[float64] `json:"start_lat,omitzero"` // degrees, WGS-84
	StartLng     Opt[float64] `json:"start_lng,omitzero"`
	EndLat       Opt[float64] `json:"end_lat,omitzero"`
	EndLng       Opt[float64] `json:"end_lng,omitzero"`
	OdometerM    Opt[float64] `json:"odometer_distance_m,omitzero"` // by the device's odometer, end less start
	EndReason    string       `json:"end_reason,omitzero"`          // rest, ignition_off or silence
	Driver       string       `json:"driver,omitzero"`
	DriverSource string       `json:"driver_source,omitzero"` // rfid, sign_in or device
	RuleVersion  string       `json:"rule_version,omitzero"`
}

// A Stop is one parking or idling period.
type Stop struct {
	StopID string `json:"stop_id"`
	Revised
	Place
	IMEI      string    `json:"imei"`
	StartTime time.Time `json:"start_time"`
	EndTime   time.Time `json:"end_time"`
	Kind      string    `json:"kind"` // parking or idling
	Lat       float64   `json:"lat"`
	Lng       float64   `json:"lng"`

	Ongoing     bool   `json:"ongoing,omitzero"`
	RuleVersion string `json:"rule_version,omitzero"`
}

// A ConditionEvent is a change of what the vehicle's sensors say: fuel that was
// filled in or taken out, a temperature out of its range, a trouble code from
// its first to its last report.
type ConditionEvent struct {
	EventID string `json:"event_id"`
	Revised
	Place
	IMEI        string        `json:"imei"`
	Kind        ConditionKind `json:"kind"`
	StartTime   time.Time     `json:"start_time"`
	EndTime     time.Time     `json:"end_time"` // of one that goes on, the last time it was seen
	Ongoing     bool          `json:"ongoing,omitzero"`
	Channel     string        `json:"channel,omitzero"` // the sensor's
	Code        string        `json:"code,omitzero"`    // of a fault
	Unit        string        `json:"unit,omitzero"`
	ValueBefore Opt[float64]  `json:"value_before,omitzero"` // smoothed level before a change of fuel
	ValueAfter  Opt[float64]  `json:"value_after,omitzero"`  // and after it
	ValueMin    Opt[float64]  `json:"value_min,omitzero"`    // least and greatest temperature of the event
	ValueMax    Opt[float64]  `json:"value_max,omitzero"`
	LimitMin    Opt[float64]  `json:"limit_min,omitzero"` // the range that was left
	LimitMax    Opt[float64]  `json:"limit_max,omitzero"`
	Lat         Opt[float64]  `json:"lat,omitzero"`
	Lng         Opt[float64]  `json:"lng,omitzero"`
	RuleVersion string        `json:"rule_version"`
}

// A ConditionKind names what a ConditionEvent is.
type ConditionKind string

// The kinds of condition events.
const (
	ConditionRefuel      ConditionKind = "fuel_refuel"
	ConditionTheft       ConditionKind = "fuel_theft"
	ConditionTemperature ConditionKind = "temperature_out_of_range"
	ConditionFault       ConditionKind = "fault"
)

// A Recompute says that an item came too late to be taken into what is derived:
// it is stored, and the stretch around it would have to be derived anew. The same
// record with FulfilledTime says that this was done.
type Recompute struct {
	IMEI         string    `json:"imei"`
	EventTime    time.Time `json:"event_time"`    // of the late item
	NewestTime   time.Time `json:"newest_time"`   // of the device when it came
	ReceivedTime time.Time `json:"received_time"` // when the collector took it
	Source       Source    `json:"source"`
	Kind         string    `json:"kind"` // of the raw item
	Reason       string    `json:"reason"`
	Place

	FulfilledTime Opt[time.Time] `json:"fulfilled_time,omitzero"` // when its stretch had been derived anew
	RuleVersion   string         `json:"rule_version,omitzero"`   // of the rules that it was derived with then
}

// An OBD record is one reading of the vehicle's bus, reference 10.20 or the
// method jimi.device.obd.list. Data maps the vendor's data id to its number; no
// public table names the ids of the push, so they get no names here. The fields
// after it come from the poll.
type OBD struct {
	Item
	EventTime   time.Time          `json:"event_time"`
	CarType     Opt[int32]         `json:"car_type,omitzero"` // 1 commercial, 2 passenger
	ACC         Opt[bool]          `json:"acc,omitzero"`
	StatusFlags Opt[int64]         `json:"status_flags,omitzero"`
	Lat         Opt[float64]       `json:"lat,omitzero"`
	Lng         Opt[float64]       `json:"lng,omitzero"`
	Data        map[string]float64 `json:"data,omitzero"`

	GateTime        Opt[time.Time] `json:"gate_time,omitzero"`
	PushTime        Opt[time.Time] `json:"push_time,omitzero"`
	OdometerM       Opt[float64]   `json:"odometer_m,omitzero"`        // odometerReading, kilometres
	DeviceDistanceM Opt[float64]   `json:"device_distance_m,omitzero"` // deviceAccumulatedMileage, kilometres
	FuelL           Opt[float64]   `json:"fuel_l,omitzero"`            // remainingFuel
	FuelPercent     Opt[float64]   `json:"fuel_percent,omitzero"`      // remainingFuelPercentage
	CoolantC        Opt[float64]   `json:"coolant_c,omitzero"`         // coolantTemperature
	BatteryV        Opt[float64]   `json:"battery_v,omitzero"`         // vehicleBatterVoltage / 10
	RPM             Opt[float64]   `json:"rpm,omitzero"`               // currentRPM
	SpeedKMH        Opt[float64]   `json:"speed_kmh,omitzero"`         // currentSpeed
	VIN             string         `json:"vin,omitzero"`

	Raw Bytes `json:"raw"`
}

// A Fault is one report of diagnostic trouble codes, reference 10.21 or the
// method jimi.device.obd.fault.
type Fault struct {
	Item
	EventTime   time.Time      `json:"event_time"`
	Codes       []string       `json:"codes"` // upper case, as P0301
	StatusFlags Opt[int64]     `json:"status_flags,omitzero"`
	Lat         Opt[float64]   `json:"lat,omitzero"`
	Lng         Opt[float64]   `json:"lng,omitzero"`
	GateTime    Opt[time.Time] `json:"gate_time,omitzero"`
	FaultCount  Opt[int32]     `json:"fault_count,omitzero"` // faultNum, which may differ from the number of codes
	Text        string         `json:"text,omitzero"`        // the platform's own words for the code, if it has any
	Raw         Bytes          `json:"raw"`
}

// A Sensor record is one reading of fuel, temperature and humidity, RFID or
// cell towers.
type Sensor struct {
	Item
	EventTime    time.Time    `json:"event_time"`
	Kind         string       `json:"kind"`             // fuel, climate, rfid, cells
	Channel      string       `json:"channel,omitzero"` // sensor id or path
	Value        Opt[float64] `json:"value,omitzero"`
	Unit         string       `json:"unit,omitzero"` // cm, percent, V, L
	TemperatureC Opt[float64] `json:"temperature_c,omitzero"`
	HumidityPct  Opt[float64] `json:"humidity_percent,omitzero"`
	Text         string       `json:"text,omitzero"` // an RFID value, kept as it came
	Lat          Opt[float64] `json:"lat,omitzero"`
	Lng          Opt[float64] `json:"lng,omitzero"`

	GateTime   Opt[time.Time] `json:"gate_time,omitzero"`
	PostTime   Opt[time.Time] `json:"post_time,omitzero"`
	GPSTime    Opt[time.Time] `json:"gps_time,omitzero"`
	ModuleType string         `json:"module_type,omitzero"` // of an RFID reader
	PosType    PosType        `json:"pos_type,omitzero"`    // lbs or wifi
	MCC        Opt[int32]     `json:"mcc,omitzero"`         // mobile country code
	MNC        Opt[int32]     `json:"mnc,omitzero"`         // mobile network code
	Cells      []CellTower    `json:"cells,omitzero"`       // the serving one first

	Raw Bytes `json:"raw"`
}

// A CellTower is a cell of a mobile network, or a WiFi access point, that a
// device hears.
type CellTower struct {
	LAC    Opt[int64] `json:"lac,omitzero"` // location area code
	CellID Opt[int64] `json:"cell_id,omitzero"`
	RSSI   Opt[int32] `json:"rssi,omitzero"` // as sent; no document says whether it is dBm
	MAC    string     `json:"mac,omitzero"`
}

// A Media record announces files or the result of an upload.
type Media struct {
	Item
	EventTime     time.Time    `json:"event_time"` // of an item that names no time: when it was received
	Kind          string       `json:"kind"`
	Files         []string     `json:"files,omitzero"`
	Succeeded     Opt[bool]    `json:"succeeded,omitzero"`
	InstructionID string       `json:"instruction_id,omitzero"`
	Channel       Opt[int32]   `json:"channel,omitzero"` // camera
	Lat           Opt[float64] `json:"lat,omitzero"`
	Lng           Opt[float64] `json:"lng,omitzero"`

	GateTime     Opt[time.Time] `json:"gate_time,omitzero"`
	BusinessType string         `json:"business_type,omitzero"` // businessType of a DVR's upload
	ShootType    Opt[int32]     `json:"shoot_type,omitzero"`    // 1 photo, 2 video
	CodeType     Opt[int32]     `json:"code_type,omitzero"`     // 1 main stream, 2 sub stream
	DurationS    Opt[float64]   `json:"duration_s,omitzero"`    // shootTime of a video
	AlarmTime    Opt[time.Time] `json:"alarm_time,omitzero"`
	BeginTime    Opt[time.Time] `json:"begin_time,omitzero"` // videoBeginTime
	EndTime      Opt[time.Time] `json:"end_time,omitzero"`   // videoEndTime
	MIMEType     string         `json:"mime_type,omitzero"`
	LocalFile    string         `json:"local_file,omitzero"` // localFileName, on the device
	Timezone     string         `json:"timezone,omitzero"`
	Total        Opt[int32]     `json:"total,omitzero"`     // totalNum of a resource list
	Resources    []Resource     `json:"resources,omitzero"` // of a resource list

	Raw Bytes `json:"raw"`
}

// A Resource is one recording in the memory of a camera, reference 10.11. Times
// of these lists are the camera's own, taken as UTC.
type Resource struct {
	Channel      Opt[int32]     `json:"channel,omitzero"`
	BeginTime    Opt[time.Time] `json:"begin_time,omitzero"`
	EndTime      Opt[time.Time] `json:"end_time,omitzero"`
	SizeBytes    Opt[int64]     `json:"size_bytes,omitzero"`    // fileSize
	ResourceType Opt[int32]     `json:"resource_type,omitzero"` // 0 audio and video
	CodeType     Opt[int32]     `json:"code_type,omitzero"`     // 1 main stream, 2 sub stream
	StorageType  Opt[int32]     `json:"storage_type,omitzero"`
	AlarmFlag    string         `json:"alarm_flag,omitzero"` // bits, as sent
}

// A Fence is the definition of a geofence; key: its id. Of one that is Deleted the
// shape may be empty.
type Fence struct {
	FenceID   string         `json:"fence_id"`
	Version   int64          `json:"version"` // of this fence, 1 and on
	Name      string         `json:"name"`
	GeoJSON   Bytes          `json:"geojson"`             // a feature, as in RFC 7946; a point with radius_m is a circle, a line with width_m a corridor
	ValidFrom Opt[time.Time] `json:"valid_from,omitzero"` // event time from which this version, or the deletion, holds; absent: it always did
	Deleted   bool           `json:"deleted,omitzero"`

	IMEIs  []string `json:"imeis,omitzero"`  // devices that it is there for;
	Groups []string `json:"groups,omitzero"` // and groups of devices; without both: for all

	Tell          []string       `json:"tell,omitzero"`    // events that are told, of enter, exit and dwell; none: all
	DwellS        []int64        `json:"dwell_s,omitzero"` // its own dwell times, ascending; absent: those of the rules
	Enter         *FenceEnter    `json:"enter,omitzero"`   // when a device that is found inside has entered; absent: as the rules say
	Exit          *FenceExit     `json:"exit,omitzero"`    // when a device that is found outside has left; absent: as the rules say
	Schedule      *FenceSchedule `json:"schedule,omitzero"`
	SpeedLimitKMH Opt[float64]   `json:"speed_limit_kmh,omitzero"` // that holds inside
}

// FenceEnter is a fence's own section enter of the rules.
type FenceEnter struct {
	MinFixes   int64   `json:"min_fixes"`             // in a row, inside
	MinInsideS int64   `json:"min_inside_s,omitzero"` // from the first to the last of them
	MarginM    float64 `json:"margin_m,omitzero"`     // so deep inside, one fix is enough; 0: off
}

// FenceExit is a fence's own section exit of the rules.
type FenceExit struct {
	MinFixes    int64   `json:"min_fixes"`              // in a row, outside the margin
	MinOutsideS int64   `json:"min_outside_s,omitzero"` // from the first to the last of them
	MarginM     float64 `json:"margin_m,omitzero"`      // so far outside is inside still
}

// FenceSchedule is when a fence is watched; at other times nothing is told.
type FenceSchedule struct {
	Timezone string        `json:"timezone"` // such as Europe/Berlin
	Windows  []FenceWindow `json:"windows"`
}

// A FenceWindow is a time of day. One that ends no later than it starts goes on
// into the next day.
type FenceWindow struct {
	Days []string `json:"days,omitzero"` // on which it starts: mon, tue, wed, thu, fri, sat, sun; none: all
	From string   `json:"from"`          // by the clock on the wall, HH:MM
	To   string   `json:"to"`            // HH:MM; 24:00 is the end of the day
}

// A Device is the definition of a device; key: its IMEI.
type Device struct {
	IMEI         string `json:"imei"`
	Name         string `json:"name,omitzero"`
	Model        string `json:"model,omitzero"`
	Group        string `json:"group,omitzero"`
	VehicleClass string `json:"vehicle_class,omitzero"`
	Plate        string `json:"plate,omitzero"`
	DriverName   string `json:"driver_name,omitzero"`
	Timezone     string `json:"timezone,omitzero"`

	Account   string         `json:"account,omitzero"` // of ours, the one that polls it
	Activated Opt[time.Time] `json:"activated_time,omitzero"`
	Expires   Opt[time.Time] `json:"expires_time,omitzero"` // of its subscription

	TemperatureMinC Opt[float64] `json:"temperature_min_c,omitzero"` // what its cargo must not be colder than
	TemperatureMaxC Opt[float64] `json:"temperature_max_c,omitzero"`
	SpeedLimitKMH   Opt[float64] `json:"speed_limit_kmh,omitzero"` // of its own; else that of its class
}
