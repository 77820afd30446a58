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

// An OBD record is one reading of the vehicle's bus, reference 10.20. Data
// maps the vendor's data id to its number; no public table names the ids.
type OBD struct {
	Item
	EventTime   time.Time          `json:"event_time"`
	CarType     Opt[int32]         `json:"car_type,omitzero"` // 1 commercial, 2 passenger
	ACC         Opt[bool]          `json:"acc,omitzero"`
	StatusFlags Opt[int64]         `json:"status_flags,omitzero"`
	Lat         Opt[float64]       `json:"lat,omitzero"`
	Lng         Opt[float64]       `json:"lng,omitzero"`
	Data        map[string]float64 `json:"data,omitzero"`
	Raw         Bytes              `json:"raw"`
}

// A Fault is one report of diagnostic trouble codes, reference 10.21.
type Fault struct {
	Item
	EventTime   time.Time    `json:"event_time"`
	Codes       []string     `json:"codes"`
	StatusFlags Opt[int64]   `json:"status_flags,omitzero"`
	Lat         Opt[float64] `json:"lat,omitzero"`
	Lng         Opt[float64] `json:"lng,omitzero"`
	Raw         Bytes        `json:"raw"`
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
	Raw          Bytes        `json:"raw"`
}

// A Media record announces files or the result of an upload.
type Media struct {
	Item
	EventTime     time.Time    `json:"event_time"`
	Kind          string       `json:"kind"`
	Files         []string     `json:"files,omitzero"`
	Succeeded     Opt[bool]    `json:"succeeded,omitzero"`
	InstructionID string       `json:"instruction_id,omitzero"`
	Channel       Opt[int32]   `json:"channel,omitzero"`
	Lat           Opt[float64] `json:"lat,omitzero"`
	Lng           Opt[float64] `json:"lng,omitzero"`
	Raw           Bytes        `json:"raw"`
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
