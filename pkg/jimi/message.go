package jimi

import (
	"bytes"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/schema"
)

// DecodeMessage decodes an item that has no table of its own, with its device
// where it names one and its time where it has a usable one: the first of
// eventTime, alarmTime, alertTime, gpsTime, dataReportTime, startTime, gateTime
// and postTime. What is documented of its kind becomes fields; base64 and
// hexadecimal contents stay as they are. The error is an *Error: an item of a
// known kind that is not one JSON object. A push that is in no document may
// hold anything and is always taken.
func DecodeMessage(raw *Raw) (schema.Message, error) {
	read := readFields
	if enveloped[raw.Kind] {
		read = readContents
	}
	f, err := read(raw.Kind, raw.Value)
	if err != nil && !strings.HasPrefix(raw.Kind, PrefixUnknown) {
		return schema.Message{}, err
	}
	received := raw.Headers.Received
	m := schema.Message{Item: raw.item(), Kind: raw.Kind, MsgType: raw.Headers.MsgType, Raw: bytes.Clone(raw.Value)}
	t, err := firstTime(raw.Kind, received,
		f.time("eventTime"), f.time("alarmTime"), f.time("alertTime"), f.time("gpsTime"),
		f.time("dataReportTime"), f.time("startTime"), f.time("gateTime"), f.time("postTime"))
	if err == nil {
		m.EventTime = schema.Some(t)
	}
	m.GateTime, m.PostTime, m.GPSTime = f.moment(received, "gateTime"), f.moment(received, "postTime"), f.moment(received, "gpsTime")
	m.Lat, m.Lng = f.position()
	details := messageDetails[raw.Kind]
	switch {
	case strings.HasPrefix(raw.Kind, PrefixAPI):
		details = audit
	case strings.HasPrefix(raw.Kind, PrefixUnknown) && isCommandAnswer(f):
		details = commandAnswer
	}
	if details != nil {
		details(&m, f, received)
	}
	return m, nil
}

// enveloped are the messages whose contents may come in an envelope. In an
// answer to a command msg and data mean something themselves.
var enveloped = map[string]bool{
	"wgtc": true, "pushpassthroughdata": true, "pushiothubevent": true, "pushterminaltransinfo": true, "pushfilecontent": true,
	"pushextendedkks": true, "generalbusiness": true, "pushtripreport": true,
}

// messageDetails read what is documented of each kind of message.
var messageDetails = map[string]func(m *schema.Message, f fields, received time.Time){
	"pushalarm":             announcement,
	"wgtc":                  passThrough,
	"pushpassthroughdata":   passThrough,
	"pushiothubevent":       passThrough,
	"pushterminaltransinfo": extension,
	"pushinstructresponse":  commandAnswer,
	"pushfilecontent":       idList,
	"pushextendedkks":       extended,
	"generalbusiness":       extended,
	"pushtripreport":        tripReport,
	"poll.track_mileage":    mileageReport,
	"poll.report_trips":     mileageReport,
	"poll.report_parking":   parkingReport,
	rawReceived:             rawData,
	"poll.device_list":      deviceDetail,
	"poll.device_detail":    deviceDetail,
}

// announcement is an item of the alarm push that tells an ICCID or a VIN.
func announcement(m *schema.Message, f fields, _ time.Time) {
	msg := f.object("msg")
	m.Type = f.text("type")
	m.ICCID, m.VIN = msg.text("iccid", "ICCID"), msg.text("vin", "VIN")
	switch { // msg may be the number itself
	case msg != nil:
	case strings.EqualFold(m.Type, "ICCID"):
		m.ICCID = f.text("iccid", "msg")
	case strings.EqualFold(m.Type, "VIN"):
		m.VIN = f.text("vin", "msg")
	}
}

// passThrough is what a device sends for somebody else: its type, the protocol
// and the bytes in base64 or hexadecimal; or an event with a JSON content.
func passThrough(m *schema.Message, f fields, _ time.Time) {
	m.Type, m.Category = f.text("type", "eventType"), f.text("category")
	m.Content = f.content("content", "hexContent", "eventContent")
	m.Parts = parts([]byte(m.Content))
}

// Extensions, reference 10.15.
const extensionStatus = "8197"

// networks are the words for part 6 of the extension 8197.
var networks = map[string]string{"0": "none", "1": "wifi", "2": "gsm", "3": "wcdma", "4": "lte"}

// rawReceived is a device's message in its own protocol, in hexadecimal.
const rawReceived = "openapi.jimi.open.instruction.raw.receive"

func rawData(m *schema.Message, f fields, _ time.Time) {
	m.DeviceName, m.Content = f.text("deviceName"), f.content("raw_data", "rawData", "content")
}

// extension is a content of numbered parts that is mostly not valid JSON. Those
// of the device status have names.
func extension(m *schema.Message, f fields, _ time.Time) {
	m.Type, m.Content = f.text("extensionId"), f.content("content")
	m.Parts = parts([]byte(m.Content))
	if m.Type != extensionStatus {
		return
	}
	p := fields{}
	for id, value := range m.Parts {
		if strings.IndexAny(value, "\"{[") != 0 { // the texts of scalars: anything else is none of these
			p[id] = []byte(value)
		}
	}
	m.VoltageV, m.DailyTrafficKB, m.BatteryPercent = p.measure("1"), p.measure("2"), p.percent("3")
	m.Charging, m.ICCID, m.Network = p.onOff("4"), p.text("5"), networks[p.text("6")]
	m.HDOP, m.ExternalVoltageV = p.tenths("7"), p.measure("8193")
}

// commandAnswer is the answer to a command: a row of data_list, or the single
// object of the offline callback with its data.
func commandAnswer(m *schema.Message, f fields, _ time.Time) {
	if data := f.object("data"); data != nil {
		f = maps.Clone(f)
		maps.Copy(f, data)
	}
	if m.MsgType == "" {
		m.MsgType = f.text("msgType")
	}
	m.Code, m.Text = f.text("_code", "code"), f.text("_msg", "msg")
	m.InstructionID = f.text("_serverFlagId")
	m.Content = f.content("_content")
}

// isCommandAnswer recognises the offline callback by its form: the platform
// posts it to an address of its own, often one without a path.
func isCommandAnswer(f fields) bool {
	return f["_code"] != nil || f.object("data")["_code"] != nil
}

// audit is the record of a call that changes something: what was to be done,
// or, with a code, what came of it.
func audit(m *schema.Message, f fields, _ time.Time) {
	m.Type, m.Code, m.Text, m.Content = f.text("stage"), f.text("code"), f.text("message"), f.content("params")
}

func idList(m *schema.Message, f fields, _ time.Time) {
	m.InstructionID = f.text("instructionId", "instructionID")
	for _, elem := range f.list("content") {
		if id := (fields{"": elem}).content(""); id != "" {
			m.IDs = append(m.IDs, id)
		}
	}
	if m.IDs == nil {
		m.Content = f.content("content")
	}
}

// extended is an item of which only the envelope is documented: its members
// become parts.
func extended(m *schema.Message, f fields, _ time.Time) {
	m.Type, m.Content = f.text("subMessagesId", "type", "businessType"), f.content("content")
	m.Parts = map[string]string{}
	addMembers(m.Parts, m.Raw)
	for name, value := range parts([]byte(m.Content)) {
		m.Parts[name] = value
	}
	m.Parts = nonEmpty(m.Parts)
}

// addMembers adds what has no column, by the names as they came.
func addMembers(parts map[string]string, object []byte) {
	_ = jsonscan.ShallowObject(object, func(key, value []byte) error { // the whole item was checked
		name := vendorName(key)
		if name == "" {
			name = string(key)
		}
		switch name {
		case "deviceImei", "imei", "gateTime", "postTime", "gpsTime", "lat", "lng", "content", "subMessagesId":
		case "msg", "data":
			if value[0] == '{' {
				addMembers(parts, value)
				return nil
			}
			fallthrough
		default:
			addPart(parts, key, value)
		}
		return nil
	})
}

// tripPhases are the words for properties, reference 10.22.
var tripPhases = map[string]string{"1": "start", "2": "end"}

// tripReport is a trip as the device counted it. miles is taken as kilometres,
// which is what the reference says.
func tripReport(m *schema.Message, f fields, received time.Time) {
	m.Type = f.text("properties")
	if word := tripPhases[m.Type]; word != "" {
		m.Type = word
	}
	m.BeginTime, m.EndTime = f.moment(received, "beginTime"), f.moment(received, "endTime")
	m.BeginLat, m.BeginLng = f.positionOf("beginLat", "beginLng")
	m.EndLat, m.EndLng = f.positionOf("endLat", "endLng")
	m.DistanceM, m.FuelL, m.IdleS = f.km("miles"), f.measure("oils"), f.atLeastZero("idleTimes")
	m.MaxSpeedKMH, m.TripSeq = f.atLeastZero("maxSpeed"), f.flags("tripSeq")
}

// mileageReport is a trip as the platform counted it.
func mileageReport(m *schema.Message, f fields, received time.Time) {
	m.BeginTime, m.EndTime = f.moment(received, "startTime"), f.moment(received, "endTime")
	m.BeginLat, m.BeginLng = f.positionOf("startLat", "startLng")
	m.EndLat, m.EndLng = f.positionOf("endLat", "endLng")
	m.DistanceM, m.DurationS = f.atLeastZero("distance", "totalMileage"), f.atLeastZero("runTimeSecond", "elapsed", "travelTime")
	m.AvgSpeedKMH, m.MaxSpeedKMH = f.atLeastZero("avgSpeed", "averageSpeed"), f.atLeastZero("maxSpeed")
	m.FuelL = f.measure("fuel")
	if inKilometres(m) {
		m.DistanceM.Value = metres(m.DistanceM.Value)
	}
}

// inKilometres tells whether the distance of a trip can only be kilometres. The
// official document says metres, which it is unless the row itself says that it
// is not: the average speed over the duration, or else the straight line from
// its start to its end, is a distance nearer to a thousand times as much.
func inKilometres(m *schema.Message) bool {
	const between = 31.6 // the geometric middle of 1 and 1000
	d := m.DistanceM
	switch {
	case !d.Valid || d.Value == 0:
		return false
	case m.AvgSpeedKMH.Value > 0 && m.DurationS.Value > 0:
		return m.AvgSpeedKMH.Value/3.6*m.DurationS.Value > d.Value*between
	case m.BeginLat.Valid && m.EndLat.Valid:
		return straightM(m.BeginLat.Value, m.BeginLng.Value, m.EndLat.Value, m.EndLng.Value) > d.Value*between
	}
	return false
}

// straightM is about the distance of two points in metres.
func straightM(lat1, lng1, lat2, lng2 float64) float64 {
	const degreeM = 111_195
	north := (lat2 - lat1) * degreeM
	east := math.Remainder(lng2-lng1, 360) * degreeM * math.Cos((lat1+lat2)/2*math.Pi/180)
	return math.Hypot(north, east)
}

// parkingReport is a time of standing: with the ignition on it is idling.
func parkingReport(m *schema.Message, f fields, received time.Time) {
	m.BeginTime, m.EndTime = f.moment(received, "startTime"), f.moment(received, "endTime")
	m.DurationS, m.StopS = f.atLeastZero("durSecond"), f.atLeastZero("stopSecond")
	m.ACC, m.Text = f.onOff("acc"), f.text("addr")
	m.DeviceName, m.Model = f.text("deviceName"), f.text("mcType")
}

func deviceDetail(m *schema.Message, f fields, _ time.Time) {
	m.DeviceName, m.Model, m.SIM = f.text("deviceName"), f.text("mcType"), f.text("sim")
	m.ICCID, m.VIN = f.text("iccid"), f.text("VIN", "vin", "carFrame")
	m.Plate, m.DriverName = f.text("vehicleNumber", "licensePlatNo"), f.text("driverName")
	m.GroupName, m.OdometerM = f.text("deviceGroup"), f.km("currentMileage")
}
