package jimi

import (
	"bytes"
	"errors"
	"maps"
	"strings"
	"unicode"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/schema"
)

// obdFields reads the item's fields with those of obdJson laid over them.
func obdFields(raw *Raw) (fields, error) {
	f, err := readContents(raw.Kind, raw.Value)
	if err != nil {
		return nil, err
	}
	maps.Copy(f, f.object("obdJson"))
	return f, nil
}

// DecodeOBD decodes a reading of the OBD push or a row of
// jimi.device.obd.list. The members dataID1…N become Data, by their number; a
// value that is no number is left out of it. Values of the poll are taken in
// the units of its document, the battery as tenths of a volt. The time is
// event_time or dataReportTime, else push_time, else gateTime. The error is an
// *Error.
func DecodeOBD(raw *Raw) (schema.OBD, error) {
	f, err := obdFields(raw)
	if err != nil {
		return schema.OBD{}, err
	}
	device, err := raw.device()
	if err != nil {
		return schema.OBD{}, err
	}
	received := raw.Headers.Received
	at, err := firstTime(raw.Kind, received, f.time("event_time", "dataReportTime", "eventTime"), f.time("push_time", "pushTime"), f.time("gateTime"))
	if err != nil {
		return schema.OBD{}, err
	}
	r := schema.OBD{
		Item: device, EventTime: at, Raw: bytes.Clone(raw.Value),
		CarType: f.count("car_type", "carType"), ACC: f.onOff("AccState", "acc"), StatusFlags: f.flags("statusFlags"),
		GateTime: f.moment(received, "gateTime"), PushTime: f.moment(received, "push_time", "pushTime"),
		OdometerM: f.km("odometerReading"), DeviceDistanceM: f.km("deviceAccumulatedMileage"),
		FuelL: f.atLeastZero("remainingFuel"), FuelPercent: f.percent("remainingFuelPercentage"), CoolantC: f.number("coolantTemperature"),
		BatteryV: f.tenths("vehicleBatterVoltage", "vehicleBatteryVoltage"), RPM: f.atLeastZero("currentRPM"),
		SpeedKMH: f.atLeastZero("currentSpeed"), VIN: f.text("vin", "VIN"),
	}
	r.Lat, r.Lng = f.position()
	r.Data = readings(f)
	return r, nil
}

const dataID = "dataid"

func readings(f fields) map[string]float64 {
	var out map[string]float64
	for name, value := range f {
		if len(name) <= len(dataID) || !strings.EqualFold(name[:len(dataID)], dataID) {
			continue
		}
		if v, s := number(value); s == present {
			if out == nil {
				out = make(map[string]float64, len(f))
			}
			out[name[len(dataID):]] = v
		}
	}
	return out
}

// DecodeFault decodes a report of trouble codes: of the fault push, or a row of
// jimi.device.obd.fault. A report that
// says that there are no faults has no codes. The time is eventTime, else
// gateTime. The error is an *Error.
func DecodeFault(raw *Raw) (schema.Fault, error) {
	f, err := obdFields(raw)
	if err != nil {
		return schema.Fault{}, err
	}
	device, err := raw.device()
	if err != nil {
		return schema.Fault{}, err
	}
	received := raw.Headers.Received
	at, err := firstTime(raw.Kind, received, f.time("eventTime", "event_time", "faultTime", "dataReportTime", "reportTime"), f.time("gateTime"))
	if err != nil {
		return schema.Fault{}, err
	}
	r := schema.Fault{
		Item: device, EventTime: at, Raw: bytes.Clone(raw.Value), StatusFlags: f.flags("statusFlags"),
		GateTime: f.moment(received, "gateTime"), FaultCount: f.count("faultNum"),
		Text: f.text("faultDetail", "faultDesc", "faultDescription", "description"), Codes: troubleCodes(f),
	}
	r.Lat, r.Lng = f.position()
	if len(r.Codes) == 0 && !r.FaultCount.Valid {
		if v, s := text(f["faultCodeList"]); s != absent && !bytes.Equal(f["faultCodeList"], []byte("[]")) {
			return schema.Fault{}, invalid(raw.Kind, "faultCodeList", v, "a list of trouble codes")
		}
		if f["faultCodeList"] == nil {
			return schema.Fault{}, &Error{Reason: schema.ReasonMissingField, Kind: raw.Kind, Field: "faultCodeList",
				Err: errors.New("neither codes nor faultNum; the report says nothing without one")}
		}
	}
	return r, nil
}

// troubleCodes reads a list of codes: an array, or a text in which commas,
// semicolons, bars or spaces stand between them. Never nil, since a report may have none.
func troubleCodes(f fields) []string {
	out := []string{}
	if list := f.list("faultCodeList", "faultCodes"); list != nil {
		for _, elem := range list {
			code := textOf(elem)
			if len(elem) > 0 && elem[0] == '{' {
				inner := fields{}
				_ = jsonscan.ShallowObject(elem, inner.put) // the whole item was checked
				code = inner.text("faultCode", "code", "dtc")
			}
			if code != "" {
				out = append(out, strings.ToUpper(code))
			}
		}
		return out
	}
	text := f.text("faultCodeList", "faultCodes", "faultCode", "dtc", "code")
	return append(out, strings.FieldsFunc(strings.ToUpper(text), func(c rune) bool { return strings.ContainsRune(",;|", c) || unicode.IsSpace(c) })...)
}
