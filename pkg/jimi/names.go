package jimi

import "strings"

// otherNames are read by the decoders beside the documented fields of Kinds:
// what the vendor's examples, older versions and other interfaces call the
// same thing.
const otherNames = "acc accStatus alertName alertType alertTypeName carFrame channel code data description direction driverId driverName dtc " +
	"eventTime event_time faultCode faultCodes faultDesc faultDescription faultTime fileSize gpsNum gpsSpeed iccid lbsJson licensePlatNo " +
	"model msg msgClass obdJson postTime pushTime push_time reportTime satellite satelliteNum speed type vehicleBatteryVoltage " +
	"beginTime endTime resourceType codeType storageType alarmFlag positionType posType directions mileage"

// aliases are names of other systems that stand between the platform and us.
var aliases = map[string]string{"latitude": "lat", "longitude": "lng", "lon": "lng"}

var knownNames, nameBySpelling = indexNames()

func indexNames() (known map[string]bool, bySpelling map[string]string) {
	known, bySpelling = map[string]bool{}, map[string]string{}
	add := func(name string) {
		known[name] = true
		var buf [maxName]byte
		bySpelling[string(foldName(buf[:0], []byte(name)))] = name
	}
	for _, k := range Kinds {
		for _, name := range k.Fields {
			add(name[strings.LastIndexByte(name, '.')+1:])
		}
	}
	for _, name := range names(otherNames) {
		add(name)
	}
	for alias, name := range aliases {
		bySpelling[alias] = name
	}
	return known, bySpelling
}

// maxName is longer than any name of the vendor's.
const maxName = 40

// foldName appends what the spellings of a name have in common: GpsTime,
// gps_time and gpstime are one. A '_' in front tells names apart (_code, code).
func foldName(dst, name []byte) []byte {
	for i, c := range name {
		switch {
		case c == '_' && i > 0:
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// camelCase tells whether a name looks like the vendor's own: several words
// without anything between them, each but the first with one capital. Almost
// every name does, and needs no look at the map. (The few names that the vendor
// writes with '_' are looked for in both spellings by their readers.)
func camelCase(key []byte) bool {
	words, capital := 0, true // a name that begins with one is no such name
	for i, c := range key {
		isCapital := c >= 'A' && c <= 'Z'
		if isCapital && capital || c == '_' && i > 0 {
			return false
		}
		if isCapital {
			words++
		}
		capital = isCapital
	}
	return words > 0
}

// vendorName is the vendor's spelling of a name that was written in another
// way, by the platform itself (which does not agree on it) or by what stands
// between it and us; empty where key is the vendor's spelling, or no name that
// any decoder reads. It does not allocate.
func vendorName(key []byte) string {
	if len(key) > maxName || camelCase(key) || knownNames[string(key)] {
		return ""
	}
	var buf [maxName]byte
	return nameBySpelling[string(foldName(buf[:0], key))]
}
