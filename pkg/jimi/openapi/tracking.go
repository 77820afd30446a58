package openapi

import "time"

const (
	day   = 24 * time.Hour
	month = 30 * day // the shortest reading of "one month" that holds in every month but February
)

// LocationListParams name the account. The coordinates are WGS-84: map_type,
// which shifts them, is never sent (A33).
type LocationListParams struct {
	Target string `api:"target,required,account"`
}

// A Location is a device's latest position. Speed in km/h, direction in
// degrees clockwise from north, mileage in km.
type Location struct {
	IMEI           Text   `json:"imei"`
	Name           Text   `json:"deviceName"`
	Status         Text   `json:"status"` // 1 online by the platform's reckoning, 0 offline
	Lat            Number `json:"lat"`
	Lng            Number `json:"lng"`
	SpeedKMH       Amount `json:"speed"`
	DirectionDeg   Amount `json:"direction"`
	GPSTime        Time   `json:"gpsTime"`
	HeartbeatTime  Time   `json:"hbTime"`
	ACC            Switch `json:"accStatus"`
	PosType        Text   `json:"posType"`
	Satellites     Amount `json:"gpsNum"`
	BatteryPercent Amount `json:"electQuantity"`
	MileageKM      Amount `json:"currentMileage"`
	Expired        Switch `json:"expireFlag"`
}

// LocationGetParams name devices.
type LocationGetParams struct {
	IMEIs []string `api:"imeis,required,imeis"`
}

// A ShareURL leads to a map.
type ShareURL struct {
	URL Text `json:"URL"`
}

// TrackMileageParams name devices and a time.
type TrackMileageParams struct {
	IMEIs []string  `api:"imeis,required,imeis"`
	Begin time.Time `api:"begin_time,required,begin"`
	End   time.Time `api:"end_time,required,end"`
	Row   int       `api:"start_row,row"`
	Size  int       `api:"page_size,size"`
}

// A Mileage is one drive. The official samples give metres, one deployment
// kilometres (A19).
type Mileage struct {
	IMEI        Text   `json:"imei"`
	Start       Time   `json:"startTime"`
	End         Time   `json:"endTime"`
	Distance    Amount `json:"distance"`
	AvgSpeedKMH Amount `json:"avgSpeed"`
	MaxSpeedKMH Amount `json:"maxSpeed"`
	RunS        Amount `json:"runTimeSecond"`
	ElapsedS    Amount `json:"elapsed"`
}

// TrackListParams name one device and a time.
type TrackListParams struct {
	IMEI  string    `api:"imei,required"`
	Begin time.Time `api:"begin_time,required,begin"`
	End   time.Time `api:"end_time,required,end"`
}

// A TrackPoint is one fix of a track; the device is that of the call.
type TrackPoint struct {
	Lat          Number `json:"lat"`
	Lng          Number `json:"lng"`
	GPSTime      Time   `json:"gpsTime"`
	SpeedKMH     Amount `json:"gpsSpeed"`
	DirectionDeg Amount `json:"direction"`
	Ignition     Switch `json:"ignition"`
	ACC          Switch `json:"accStatus"`
	PosType      Text   `json:"posType"`
	Satellites   Amount `json:"satellite"`
	GPSMode      Number `json:"gpsMode"`
	Confidence   Number `json:"confidence"`
}

// LBSParams hold what a device hears.
type LBSParams struct {
	IMEI string `api:"imei,required"`
	LBS  string `api:"lbs"`
	WiFi string `api:"wifi"`
}

// An LBSPosition is a position by cell towers or WiFi. Accuracy has no
// documented unit, greater is better (A29).
type LBSPosition struct {
	Lat      Number `json:"lat"`
	Lng      Number `json:"lng"`
	Accuracy Number `json:"accuracy"`
}

// ReportParkingParams name devices and a time. ACC is on (idling) or off
// (parking); empty: off.
type ReportParkingParams struct {
	Account string    `api:"account,required,account"`
	IMEIs   []string  `api:"imeis,required,imeis"`
	Begin   time.Time `api:"start_time,required,begin"`
	End     time.Time `api:"end_time,required,end"`
	ACC     string    `api:"acc_type,required"` // on or off
	Row     int       `api:"start_row,row"`
	Size    int       `api:"page_size,size"`
}

// A Parking is one time of rest.
type Parking struct {
	IMEI      Text   `json:"imei"`
	Name      Text   `json:"deviceName"`
	Start     Time   `json:"startTime"`
	End       Time   `json:"endTime"`
	DurationS Amount `json:"durSecond"`
	StopS     Amount `json:"stopSecond"`
	ACC       Switch `json:"acc"`
	Lat       Number `json:"lat"`
	Lng       Number `json:"lng"`
	Address   Text   `json:"addr"`
}

// A TagPosition is where a TAG was seen last.
type TagPosition struct {
	IMEI         Text   `json:"imei"`
	Lat          Number `json:"lat"`
	Lng          Number `json:"lng"`
	GPSTime      Time   `json:"gpsTime"`
	SpeedKMH     Amount `json:"gpsSpeed"`
	PositionType Text   `json:"positionType"`
	Satellites   Amount `json:"gpsNum"`
}

// The types of a report of trips.
const (
	EveryTrip = "list" // each trip is a row
	TripsADay = "day"  // the sums of each day of a device are a row
)

// TagParams name a TAG; nodes of 2024 want it as imeis (A23).
type TagParams struct {
	IMEI  string `api:"imei,required"`
	IMEIs string `api:"imeis"`
}

// ReportTripsParams name devices and a time.
type ReportTripsParams struct {
	Account string    `api:"account,required,account"`
	IMEIs   []string  `api:"imeis,required,imeis"`
	Type    string    `api:"type,required"` // EveryTrip or TripsADay
	Begin   time.Time `api:"start_time,required,begin"`
	End     time.Time `api:"end_time,required,end"`
	Row     int       `api:"start_row,row"`
	Size    int       `api:"page_size,size"`
}

// A Trip is one of the platform's trips. The units of its distance, time and
// fuel are in no document.
type Trip struct {
	IMEI       Text   `json:"imei"`
	Start      Time   `json:"startTime"`
	End        Time   `json:"endTime"`
	StartLat   Number `json:"startLat"`
	StartLng   Number `json:"startLng"`
	EndLat     Number `json:"endLat"`
	EndLng     Number `json:"endLng"`
	Mileage    Text   `json:"totalMileage"`
	TravelTime Text   `json:"travelTime"`
	AverageKMH Amount `json:"averageSpeed"`
	MaxKMH     Amount `json:"maxSpeed"`
	Fuel       Text   `json:"fuel"`
	Per100KM   Text   `json:"oilWear"`
}

// OBDListParams name devices and a time.
type OBDListParams struct {
	Account string    `api:"account,required,account"`
	IMEIs   []string  `api:"imeis,required,imeis"`
	Begin   time.Time `api:"start_time,required,begin"`
	End     time.Time `api:"end_time,required,end"`
	Page    int       `api:"page_no,page"`
	Size    int       `api:"page_size,size"`
}

// OBDFaultParams are the same.
type OBDFaultParams = OBDListParams

// An OBDReading is one reading of the vehicle's bus.
type OBDReading struct {
	IMEI            Text   `json:"imei"`
	Time            Time   `json:"dataReportTime"`
	OdometerKM      Amount `json:"odometerReading"`
	DeviceMileageKM Amount `json:"deviceAccumulatedMileage"`
	FuelL           Amount `json:"remainingFuel"`
	FuelPercent     Amount `json:"remainingFuelPercentage"`
	CoolantC        Number `json:"coolantTemperature"`
	Battery         Number `json:"vehicleBatterVoltage"` // tenths of a volt by its size (platform-facts 2.4)
	RPM             Amount `json:"currentRPM"`
	SpeedKMH        Amount `json:"currentSpeed"`
	VIN             Text   `json:"vin"`
}

// An OBDTroubleCode is one trouble code of a device.
type OBDTroubleCode struct {
	IMEI Text `json:"imei"`
	Name Text `json:"deviceName"`
	Time Time `json:"eventTime"`
	Code Text `json:"faultCode"`
	Text Text `json:"faultDetail"`
}

// AlarmListParams name devices and a time.
type AlarmListParams struct {
	IMEIs     []string  `api:"imeis,required,imeis"`
	Begin     time.Time `api:"begin_time,begin"`
	End       time.Time `api:"end_time,end"`
	AlertType string    `api:"alertTypeId"`
	Page      int       `api:"page_no,page"`
	Size      int       `api:"page_size,size"`
}

// An Alarm is one alarm; both spellings of its fields occur (FIX-E06).
type Alarm struct {
	IMEI      Text   `json:"imei"`
	Name      Text   `json:"deviceName"`
	Model     Text   `json:"model"`
	TypeID    Text   `json:"alertTypeId"`
	Type      Text   `json:"alarmType"`
	AlarmName Text   `json:"alarmTypeName"`
	AlertName Text   `json:"alertTypeName"`
	AlertTime Time   `json:"alertTime"`
	AlarmTime Time   `json:"alarmTime"`
	FixTime   Time   `json:"positioningTime"`
	Lat       Number `json:"lat"`
	Lng       Number `json:"lng"`
	SpeedKMH  Amount `json:"speed"`
	FenceID   Text   `json:"geoid"`
}

// The methods of tracking, telemetry and alarms. Track lists took 137 s in one
// deployment (A35).
var (
	LocationList  = Method[LocationListParams, Location]{Name: "jimi.user.device.location.list", Ref: "5.1", Does: "latest position of every device of an account; leaves some out (A34)"}
	LocationGet   = Method[LocationGetParams, Location]{Name: "jimi.device.location.get", Ref: "5.2", Does: "latest position of devices", IMEIs: 50}
	LocationShare = Method[DeviceParams, ShareURL]{Name: "jimi.device.location.URL.share", Ref: "5.3", Does: "address of a map that shows a device"}
	TrackMileage  = Method[TrackMileageParams, Mileage]{Name: "jimi.device.track.mileage", Ref: "5.4", Does: "drives with their distance", IMEIs: 50, Span: month, Paging: ByRow, Size: 100}
	TrackList     = Method[TrackListParams, TrackPoint]{Name: "jimi.device.track.list", Ref: "5.5", Does: "all fixes of a device in a time", Span: 7 * day, Timeout: 4 * time.Minute}
	LBSAddress    = Method[LBSParams, LBSPosition]{Name: "jimi.lbs.address.get", Ref: "5.6", Does: "position by cell towers or WiFi; 10 a day and device"}
	ReportParking = Method[ReportParkingParams, Parking]{Name: "jimi.open.platform.report.parking", Ref: "5.7", Does: "times of rest", IMEIs: 50, Span: month, Paging: ByRow, Size: 100}
	TagLocation   = Method[TagParams, TagPosition]{Name: "jimi.device.location.getTagMsg", Ref: "5.8", Does: "where a TAG was seen last"}
	ReportTrips   = Method[ReportTripsParams, Trip]{Name: "jimi.open.platform.report.trips", Ref: "A30", Does: "the platform's own trips", IMEIs: 50, Span: month, Paging: ByRow, Size: 100}
	OBDList       = Method[OBDListParams, OBDReading]{Name: "jimi.device.obd.list", Ref: "A1", Does: "readings of the vehicle's bus", IMEIs: 100, Span: month, Paging: ByPage, Size: 100}
	OBDFault      = Method[OBDFaultParams, OBDTroubleCode]{Name: "jimi.device.obd.fault", Ref: "A1", Does: "trouble codes", IMEIs: 100, Span: month, Paging: ByPage, Size: 100}
	AlarmList     = Method[AlarmListParams, Alarm]{Name: "jimi.device.alarm.list", Ref: "6.1", Does: "alarms of devices", IMEIs: 100, Span: month, Paging: ByPage, Size: 100, MaxRows: 1000}
)
