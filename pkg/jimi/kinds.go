package jimi

import (
	"strings"

	"github.com/odograph/odograph/pkg/schema"
)

// A Class says which decoder an item of a kind has.
type Class string

// The classes.
const (
	ClassFix         Class = "fix"         // DecodeFix
	ClassHeartbeat   Class = "heartbeat"   // DecodeHeartbeat
	ClassSession     Class = "session"     // DecodeSession
	ClassAlarm       Class = "alarm"       // DecodeAlarm
	ClassSensor      Class = "sensor"      // DecodeSensor
	ClassMedia       Class = "media"       // DecodeMedia
	ClassOBD         Class = "obd"         // DecodeOBD
	ClassFault       Class = "fault"       // DecodeFault
	ClassMessage     Class = "message"     // DecodeMessage
	ClassUndecodable Class = "undecodable" // a request body without items, for the dead letters
)

// A Kind is one kind of raw item.
type Kind struct {
	Name   string // as in the raw record's header, lower case
	Path   string // the push's path as the vendor prints it; empty where the item comes another way
	Class  Class
	Topic  schema.Topic // where its records go
	Fields []string     // the documented fields by the vendor's names, those of an inner object as "msg.lat"
	Doc    string       // the vendor's document
}

const (
	integrationDoc = "https://docs.jimicloud.com/integration/integration.html"
	openAPIDoc     = "https://tracksolidprodocs.jimicloud.com/"
)

// The names of kinds that are referred to apart from the table.
const (
	KindGPS          = "pushgps"
	KindTag          = "tag.data"
	KindLocationList = "poll.location_list"
	KindLocationGet  = "poll.location_get"
	KindTrackList    = "poll.track_list"
	KindOBDList      = "poll.obd_list"
	KindOBDFault     = "poll.obd_fault"
	KindUndecodable  = "undecodable"
)

// The prefixes of kinds whose full name depends on what was received.
const (
	PrefixOpenAPI = "openapi." // followed by the Open API push's msgType in lower case
	PrefixPoll    = "poll."    // followed by a polled method's short name
	PrefixAPI     = "api."     // followed by the method of a call that changed something: the record of that call
	PrefixUnknown = "unknown." // followed by the path of a push that is in no document, lower case
)

// Kinds is every kind that is known by its full name: the 22 pushes of the
// reference in its order, one that the reference left out, and the other ways
// an item comes. See LookupKind for the open families.
var Kinds = []Kind{
	{"pushevent", "/pushevent", ClassSession, schema.TopicSessions,
		names("deviceImei type gateTime timezone"),
		integrationDoc + " (login and logout, reference 10.1)"},
	{"pushhb", "/pushhb", ClassHeartbeat, schema.TopicHeartbeats,
		names("deviceImei gateTime powerLevel gsmSign acc powerStatus fortify oilEle gpsPos remoteLock"),
		integrationDoc + " (heartbeat, reference 10.2)"},
	{KindGPS, "/pushgps", ClassFix, schema.TopicFixes,
		names("deviceImei gpsTime gateTime lng lat satelliteNum gpsSpeed direction acc postType postMethod status altitude distance gpsMode"),
		integrationDoc + " (GPS data, reference 10.3)"},
	{"pushalarm", "/pushalarm", ClassAlarm, schema.TopicAlarms,
		names("deviceImei alarmType alarmName gateTime imei type msgClass msg.alertType msg.alarmTime msg.lat msg.lng msg.gpsSpeed msg.alertValue " +
			"msg.voltage msg.satelliteNum msg.file msg.driverId msg.driverName msg.fenceId msg.removeAlarmType msg.alarmType msg.alarmLabel msg.alarmSerialNo " +
			"msg.standardAlarmValue msg.alarmLevel msg.alarmStatus msg.fatigueLevel msg.carSpeed msg.carStatus msg.altitude msg.signalDropChannel " +
			"msg.signalCoverChannel msg.storageFaultChannel msg.drivingAlarmFlag"),
		integrationDoc + " (alarm data, reference 10.4)"},
	{"rfid", "/rfid", ClassSensor, schema.TopicSensors,
		names("moduleType deviceImei gateTime postTime value gpsTime lng lat"),
		integrationDoc + " (RFID data, reference 10.5)"},
	{"wgtc", "/wgtc", ClassMessage, schema.TopicMessages,
		names("deviceImei hexContent postTime gpsTime lng lat category type"),
		integrationDoc + " (plug-in module, reference 10.6)"},
	{"pushoil", "/pushoil", ClassSensor, schema.TopicSensors,
		names("deviceImei path gateTime value unit gpsTime lng lat"),
		integrationDoc + " (fuel sensor, reference 10.7)"},
	{"pushfileupload", "/pushfileupload", ClassMedia, schema.TopicMedia,
		names("deviceImei fileName gateTime result"),
		integrationDoc + " (file upload, reference 10.8)"},
	{"pushtem", "/pushtem", ClassSensor, schema.TopicSensors,
		names("deviceImei tem hum gateTime postTime"),
		integrationDoc + " (temperature and humidity, reference 10.9)"},
	{"pushlbs", "/pushlbs", ClassSensor, schema.TopicSensors,
		names("postType deviceImei gateTime lbsJson"),
		integrationDoc + " (cell towers, reference 10.10)"},
	{"pushresourcelist", "/pushresourcelist", ClassMedia, schema.TopicMedia,
		names("imei totalNum instructionID resourceList"),
		integrationDoc + " (video inventory, reference 10.11)"},
	{"pushftpfileupload", "/pushftpfileupload", ClassMedia, schema.TopicMedia,
		names("result deviceImei imei instructionID gateTime"),
		integrationDoc + " (FTP upload, reference 10.12)"},
	{"pushiothubevent", "/pushIothubEvent", ClassMessage, schema.TopicMessages,
		names("deviceImei gateTime eventType eventContent"),
		integrationDoc + " (IoTHub event, reference 10.13)"},
	{"pushpassthroughdata", "/pushPassThroughData", ClassMessage, schema.TopicMessages,
		names("deviceImei gateTime type category content"),
		integrationDoc + " (pass-through, reference 10.14)"},
	{"pushterminaltransinfo", "/pushTerminalTransInfo", ClassMessage, schema.TopicMessages,
		names("postTime deviceImei gpsTime lng lat extensionId content"),
		integrationDoc + " (extension data, reference 10.15)"},
	{"pushinstructresponse", "/pushInstructResponse", ClassMessage, schema.TopicMessages,
		names("msgType _code _msg _imei _serverFlagId _content code msg data._code data._msg data._imei data._serverFlagId data._content"),
		integrationDoc + " (command answer, reference 10.16)"},
	{"pushfilecontent", "/pushFileContent", ClassMessage, schema.TopicMessages,
		names("instructionId postTime deviceImei gateTime content"),
		integrationDoc + " (facial ID list, reference 10.17)"},
	{"pushextendedkks", "/pushextendedkks", ClassMessage, schema.TopicMessages,
		names("deviceImei subMessagesId"),
		integrationDoc + " (extended data, reference 10.18)"},
	{"uploadcallback", "/uploadCallback", ClassMedia, schema.TopicMedia,
		names("businessType imei camera shootType shootTime alarmTime lat lng mimeType localFileName filename timezone instructionId videoBeginTime videoEndTime codeType"),
		integrationDoc + " (DVR upload, reference 10.19)"},
	{"pushobd", "/pushobd", ClassOBD, schema.TopicOBD,
		names("deviceImei obdJson.car_type obdJson.push_time obdJson.event_time obdJson.AccState obdJson.statusFlags obdJson.lng obdJson.lat obdJson.dataID1"),
		integrationDoc + " (OBD data, reference 10.20)"},
	{"pushfaultinfo", "/pushfaultinfo", ClassFault, schema.TopicFaults,
		names("deviceImei gateTime faultCodeList faultNum statusFlags lng lat eventTime"),
		integrationDoc + " (fault codes, reference 10.21)"},
	{"pushtripreport", "/pushtripreport", ClassMessage, schema.TopicMessages,
		names("deviceImei gateTime miles oils idleTimes tripSeq beginTime endTime beginLat beginLng endLat endLng properties"),
		integrationDoc + " (trip report, reference 10.22)"},
	{"generalbusiness", "/generalBusiness", ClassMessage, schema.TopicMessages, names("deviceImei"),
		integrationDoc + " (Bluetooth MAC, section 1.20)"},

	{"openapi.jimi.push.device.alarm", "", ClassAlarm, schema.TopicAlarms,
		names("imei deviceName alarmType alarmName lat lng alarmTime"),
		openAPIDoc + " (alarm push)"},
	{"openapi.jimi.open.instruction.raw.receive", "", ClassMessage, schema.TopicMessages,
		names("imei deviceName raw_data"),
		openAPIDoc + " (push of raw data)"},
	{KindTag, "/api/v1/tag/data/push", ClassFix, schema.TopicFixes,
		names("imei gpsTime lat lng"),
		openAPIDoc + " (TAG push)"},

	{KindLocationList, "", ClassFix, schema.TopicFixes,
		names("imei deviceName status lat lng speed gpsTime accStatus currentMileage expireFlag"),
		openAPIDoc + " (jimi.user.device.location.list, reference 5.1)"},
	{KindLocationGet, "", ClassFix, schema.TopicFixes,
		names("imei deviceName lat lng status speed gpsTime accStatus currentMileage"),
		openAPIDoc + " (jimi.device.location.get, reference 5.2)"},
	{KindTrackList, "", ClassFix, schema.TopicFixes,
		names("lat lng gpsTime gpsSpeed direction ignition accStatus confidence satellite posType gpsMode"),
		openAPIDoc + " (jimi.device.track.list, reference 5.5)"},
	{"poll.alarm_list", "", ClassAlarm, schema.TopicAlarms,
		names("deviceName imei model account alertTypeId alarmTypeName alertTime positioningTime lat lng speed geoid"),
		openAPIDoc + " (jimi.device.alarm.list, reference 6.1)"},
	{KindOBDList, "", ClassOBD, schema.TopicOBD,
		names("imei dataReportTime odometerReading deviceAccumulatedMileage remainingFuel remainingFuelPercentage coolantTemperature vehicleBatterVoltage currentRPM currentSpeed vin"),
		openAPIDoc + " (jimi.device.obd.list)"},
	{KindOBDFault, "", ClassFault, schema.TopicFaults, names("imei faultCode faultDetail eventTime"),
		openAPIDoc + " (jimi.device.obd.fault)"},
	{"poll.track_mileage", "", ClassMessage, schema.TopicMessages,
		names("imei startTime endTime startLat startLng endLat endLng distance avgSpeed maxSpeed runTimeSecond elapsed"),
		openAPIDoc + " (jimi.device.track.mileage, reference 5.4)"},
	{"poll.report_parking", "", ClassMessage, schema.TopicMessages,
		names("imei startTime endTime durSecond stopSecond lng lat addr deviceName mcType acc"),
		openAPIDoc + " (jimi.open.platform.report.parking, reference 5.7)"},
	{"poll.report_trips", "", ClassMessage, schema.TopicMessages,
		names("imei startTime endTime startLat startLng endLat endLng totalMileage travelTime averageSpeed maxSpeed fuel"),
		openAPIDoc + " (jimi.open.platform.report.trips)"},
	{"poll.device_list", "", ClassMessage, schema.TopicMessages,
		names("imei deviceName mcType sim vehicleNumber driverName"),
		openAPIDoc + " (jimi.user.device.list, reference 4.1)"},
	{"poll.device_detail", "", ClassMessage, schema.TopicMessages,
		names("imei deviceName mcType sim vehicleNumber driverName iccid VIN currentMileage deviceGroup"),
		openAPIDoc + " (jimi.track.device.detail, reference 4.2)"},

	{KindUndecodable, "", ClassUndecodable, schema.TopicDeadLetters, nil, ""},
}

func names(list string) []string { return strings.Fields(list) }

var kindByName, kindByPath = indexKinds()

func indexKinds() (byName, byPath map[string]Kind) {
	byName, byPath = make(map[string]Kind, len(Kinds)), make(map[string]Kind, len(Kinds))
	for _, k := range Kinds {
		byName[k.Name] = k
		if k.Path != "" {
			byPath[strings.ToLower(k.Path)] = k
		}
	}
	return byName, byPath
}

// LookupPath finds the kind of a push by its request path, compared without
// case because the platform writes it in several ways. A trailing slash does
// not matter, nor what stands before the push's own path: the address that is
// registered with the vendor may have a path itself.
func LookupPath(path string) (Kind, bool) {
	path = strings.TrimSuffix(path, "/")
	at := len(path)
	for range maxSegments {
		if at = strings.LastIndexByte(path[:at], '/'); at < 0 {
			break
		}
		if k, ok := kindByPath[strings.ToLower(path[at:])]; ok {
			return k, true
		}
	}
	return Kind{}, false
}

// maxSegments is how many the longest path of a push has.
const maxSegments = 5

// openAPIWords are what the last word of an Open API push's msgType says about
// its items. Only the alarm push is documented. A push without a msgType is
// taken for it.
var openAPIWords = map[string]struct {
	class Class
	topic schema.Topic
}{
	"alarm": {ClassAlarm, schema.TopicAlarms}, "alert": {ClassAlarm, schema.TopicAlarms}, "none": {ClassAlarm, schema.TopicAlarms},
	"gps": {ClassFix, schema.TopicFixes}, "location": {ClassFix, schema.TopicFixes}, "position": {ClassFix, schema.TopicFixes},
	"heartbeat": {ClassHeartbeat, schema.TopicHeartbeats}, "hb": {ClassHeartbeat, schema.TopicHeartbeats},
	"obd": {ClassOBD, schema.TopicOBD}, "fault": {ClassFault, schema.TopicFaults},
}

// guessed tells whether the class of a kind is a guess by its name.
func (k *Kind) guessed() bool {
	_, documented := kindByName[k.Name]
	return !documented && k.Class != ClassMessage
}

// LookupKind finds a kind by the name in a raw record's header. Beyond the
// table it knows the families PrefixOpenAPI, PrefixPoll, PrefixAPI and
// PrefixUnknown, whose members are messages, or, of the Open API push, what
// their name says. Any other name was not written by a collector.
func LookupKind(name string) (Kind, bool) {
	if k, ok := kindByName[name]; ok {
		return k, true
	}
	for _, family := range [...]Kind{
		{Name: PrefixOpenAPI, Doc: openAPIDoc}, {Name: PrefixPoll, Doc: openAPIDoc},
		{Name: PrefixAPI, Doc: openAPIDoc}, {Name: PrefixUnknown},
	} {
		if len(name) > len(family.Name) && strings.HasPrefix(name, family.Name) {
			prefix := family.Name
			family.Name, family.Class, family.Topic = name, ClassMessage, schema.TopicMessages
			if word, ok := openAPIWords[name[strings.LastIndexByte(name, '.')+1:]]; ok && prefix == PrefixOpenAPI {
				family.Class, family.Topic = word.class, word.topic
			}
			return family, true
		}
	}
	return Kind{}, false
}
