package schema

import "time"

// Revised is what every derived event carries: a deterministic id, and a
// revision that grows when a late fix corrects the event.
type Revised struct {
	Revision  uint32 `json:"revision"`
	Retracted bool   `json:"retracted,omitzero"` // the event did not happen after all
}

// A DrivingEvent is one event of driving behaviour.
type DrivingEvent struct {
	EventID string `json:"event_id"`
	Revised
	Place
	IMEI        string       `json:"imei"`
	Kind        string       `json:"kind"` // harsh_braking, harsh_acceleration, harsh_cornering, speeding, idling
	StartTime   time.Time    `json:"start_time"`
	EndTime     time.Time    `json:"end_time"`
	Severity    string       `json:"severity"`
	PeakMPS2    Opt[float64] `json:"peak_mps2,omitzero"`
	Source      string       `json:"source"` // device or gps
	Confidence  float64      `json:"confidence"`
	RuleVersion string       `json:"rule_version"`
	Lat         float64      `json:"lat"`
	Lng         float64      `json:"lng"`
}

// A GeofenceEvent is one transition of a device at a geofence.
type GeofenceEvent struct {
	EventID string `json:"event_id"`
	Revised
	Place
	IMEI         string    `json:"imei"`
	FenceID      string    `json:"fence_id"`
	FenceVersion int64     `json:"fence_version"`
	Kind         string    `json:"kind"` // enter, dwell, exit
	At           time.Time `json:"at"`
	ConfirmedAt  time.Time `json:"confirmed_at"`
	Inferred     bool      `json:"inferred"`
	Lat          float64   `json:"lat"`
	Lng          float64   `json:"lng"`
}

// A TripRecord is a Trip or a Stop: exactly one of the two is set.
type TripRecord struct {
	Trip *Trip `json:"trip,omitzero"`
	Stop *Stop `json:"stop,omitzero"`
}

// A Trip is motion between two stops.
type Trip struct {
	TripID string `json:"trip_id"`
	Revised
	Place
	IMEI            string       `json:"imei"`
	StartTime       time.Time    `json:"start_time"`
	EndTime         time.Time    `json:"end_time"`
	DistanceM       float64      `json:"distance_m"`
	MaxSpeedKMH     Opt[float64] `json:"max_speed_kmh,omitzero"`
	IdleS           float64      `json:"idle_s"`
	ObservableShare Opt[float64] `json:"observable_share,omitzero"` // of driving time in which harsh events could be seen
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

// A Fence is the definition of a geofence; key: its id.
type Fence struct {
	FenceID string `json:"fence_id"`
	Version int64  `json:"version"`
	Name    string `json:"name"`
	GeoJSON Bytes  `json:"geojson"`
	Deleted bool   `json:"deleted,omitzero"`
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
}
