package jimi

import (
	"bytes"
	"math"
	"slices"
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
	f, err := readContents(raw.Kind, raw.Value)
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
		r.TemperatureC, r.HumidityPct = f.measure("tem"), f.percent("hum")
	case "rfid":
		r.Kind = SensorRFID
		r.Text, r.ModuleType = f.text("value"), f.text("moduleType")
	case "pushlbs":
		r.Kind = SensorCells
		r.PosType, _ = posType(f["postType"])
		cells(&r, f)
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

// maxCells bounds the cells of one reading; a device hears seven or so.
const maxCells = 256

// cells reads lbsJson: an object with the network and what was heard of it, or
// a list of cells alone, each of which names the network.
func cells(r *schema.Sensor, f fields) {
	network := f.object("lbsJson").folded()
	for i, elem := range f.list("lbsJson") {
		c := fields{"": elem}.object("").folded()
		if i == 0 {
			network = fields{"mcc": c["mcc"], "mnc": c["mnc"]}
		}
		if r.Cells = append(r.Cells, tower(c)); i == maxCells {
			break
		}
	}
	r.MCC, r.MNC = network.count("mcc"), network.count("mnc")
	r.Cells = append(r.Cells, network.towers("celllist", "lac", "ci", "rssi")...)
	for _, name := range [...]string{"wifilist", "wifi", "aplist"} {
		r.Cells = append(r.Cells, network.towers(name, "mac", "rssi")...)
	}
	r.Cells = slices.DeleteFunc(r.Cells, func(c schema.CellTower) bool { return c == schema.CellTower{} })
	if r.Cells = r.Cells[:min(len(r.Cells), maxCells)]; len(r.Cells) == 0 {
		r.Cells = nil
	}
}

// towers reads what was heard: a list of objects, or a text in which ';' stands
// between towers and ',' between the members of one, in the order of members.
func (f fields) towers(name string, members ...string) []schema.CellTower {
	var out []schema.CellTower
	if list := f.list(name); list != nil {
		for _, elem := range list[:min(len(list), maxCells)] {
			out = append(out, tower(fields{"": elem}.object("").folded()))
		}
		return out
	}
	for text := range strings.SplitSeq(f.text(name), ";") {
		c, left := fields{}, []byte(text)
		for _, member := range members {
			value, rest, _ := bytes.Cut(left, []byte{','})
			c[member], left = bytes.TrimSpace(value), rest
		}
		if out = append(out, tower(c)); len(out) == maxCells {
			break
		}
	}
	return out
}

func tower(c fields) schema.CellTower {
	return schema.CellTower{
		LAC: c.flags("lac", "tac"), CellID: c.flags("ci", "cellid", "cid"), RSSI: rssi(c),
		MAC: strings.ToLower(c.text("mac", "bssid")),
	}
}

// rssi may be negative, so that -1 is a value.
func rssi(f fields) schema.Opt[int32] {
	v, _ := f.first("rssi", "signal")
	n, s := whole(v, math.MinInt32, math.MaxInt32)
	return option(int32(n), s)
}
