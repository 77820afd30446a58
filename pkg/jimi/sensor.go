package jimi

import (
	"bytes"
	"math"
	"strings"

	"github.com/odograph/odograph/pkg/schema"
)

// The kinds of sensor.
const (
	SensorFuel    = "fuel"    // /pushoil
	SensorClimate = "climate" // /pushtem
	SensorRFID    = "rfid"    // /rfid
	SensorCells   = "cells"   // /pushlbs
)

// DecodeSensor decodes a reading of a fuel sensor, of temperature and humidity,
// of an RFID reader, or of the cells and access points that a device hears. The
// time is gateTime, else postTime, else gpsTime. The error is an *Error.
func DecodeSensor(raw *Raw) (schema.Sensor, error) {
	f, err := readFields(raw.Kind, raw.Value)
	if err != nil {
		return schema.Sensor{}, err
	}
	device, err := raw.device()
	if err != nil {
		return schema.Sensor{}, err
	}
	at, err := firstTime(raw.Kind, raw.Headers.Received, f.time("gateTime"), f.time("postTime"), f.time("gpsTime"))
	if err != nil {
		return schema.Sensor{}, err
	}
	received := raw.Headers.Received
	r := schema.Sensor{
		Item: device, EventTime: at, Raw: bytes.Clone(raw.Value),
		GateTime: f.moment(received, "gateTime"), PostTime: f.moment(received, "postTime"), GPSTime: f.moment(received, "gpsTime"),
	}
	r.Lat, r.Lng = f.position()
	switch raw.Kind {
	case "pushoil":
		r.Kind, r.Channel = SensorFuel, f.text("path")
		fuelLevel(&r, f)
	case "pushtem":
		r.Kind = SensorClimate
		r.TemperatureC, r.HumidityPct = f.measure("tem"), humidity(f)
	case "rfid":
		r.Kind = SensorRFID
		r.Text, r.ModuleType = f.text("value"), f.text("moduleType")
	case "pushlbs":
		r.Kind = SensorCells
		r.PosType, _ = posType(f["postType"])
		cells(&r, f.object("lbsJson").folded())
	}
	return r, nil
}

// fuelLevel reads the level, which is sent in hundredths. A value that brings
// its unit along is taken as it is.
func fuelLevel(r *schema.Sensor, f fields) {
	v, unit, s := measure(f["value"])
	if s != present {
		return
	}
	if unit != "" {
		r.Value, r.Unit = schema.Some(v), fuelUnit([]byte(unit))
		return
	}
	code, _ := text(f["unit"])
	r.Value, r.Unit = schema.Some(v/100), fuelUnit(code)
}

// fuelUnit reads the unit of a fuel sensor by its type, reference 10.7; it is
// empty where it is in no document.
func fuelUnit(b []byte) string {
	switch {
	case is(b, "1", "CM"):
		return "cm"
	case is(b, "2", "%"):
		return "percent"
	case is(b, "3", "V"):
		return "V"
	case is(b, "4", "L"):
		return "L"
	}
	return ""
}

func humidity(f fields) schema.Opt[float64] {
	v := f.measure("hum")
	if v.Valid && (v.Value < 0 || v.Value > 100) {
		return schema.Opt[float64]{}
	}
	return v
}

// maxCells bounds the cells of one reading; a device hears seven or so.
const maxCells = 256

// cells reads lbsJson, whose names are here in lower case. A cell of which
// nothing can be read is left out.
func cells(r *schema.Sensor, f fields) {
	r.MCC, r.MNC = f.count("mcc"), f.count("mnc")
	lists := append(f.list("celllist"), f.list("wifilist", "wifi", "aplist")...)
	for _, elem := range lists[:min(len(lists), maxCells)] {
		c := fields{"": elem}.object("").folded()
		tower := schema.CellTower{
			LAC: c.flags("lac", "tac"), CellID: c.flags("ci", "cellid", "cid"), RSSI: rssi(c),
			MAC: strings.ToLower(c.text("mac", "bssid")),
		}
		if tower != (schema.CellTower{}) {
			r.Cells = append(r.Cells, tower)
		}
	}
}

// rssi may be negative, so that -1 is a value.
func rssi(f fields) schema.Opt[int32] {
	v, _ := f.first("rssi", "signal")
	n, s := whole(v, math.MinInt32, math.MaxInt32)
	return option(int32(n), s)
}
