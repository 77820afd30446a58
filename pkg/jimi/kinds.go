package jimi

import "strings"

// A Class says which decoder an item of a kind has.
type Class string

// The classes.
const (
	ClassFix         Class = "fix"         // DecodeFix
	ClassHeartbeat   Class = "heartbeat"   // DecodeHeartbeat
	ClassSession     Class = "session"     // DecodeSession
	ClassAlarm       Class = "alarm"       // DecodeAlarm
	ClassMessage     Class = "message"     // DecodeMessage: kept raw
	ClassUndecodable Class = "undecodable" // a request body without items, for the dead letters
)

// A Kind is one kind of raw item.
type Kind struct {
	Name  string // as in the raw record's header, lower case
	Path  string // the push's path as the vendor prints it; empty where the item comes another way
	Class Class
	Doc   string // the vendor's document
}

const (
	integrationDoc = "https://docs.jimicloud.com/integration/integration.html"
	openAPIDoc     = "https://tracksolidprodocs.jimicloud.com/"
)

// The names of kinds that are referred to apart from the table.
const (
	KindGPS          = "pushgps"
	KindLocationList = "poll.location_list"
	KindLocationGet  = "poll.location_get"
	KindTrackList    = "poll.track_list"
	KindUndecodable  = "undecodable"
)

// The prefixes of kinds whose full name depends on what was received.
const (
	PrefixOpenAPI = "openapi." // followed by the Open API push's msgType in lower case
	PrefixPoll    = "poll."    // followed by a polled method's short name
	PrefixUnknown = "unknown." // followed by the path of a push that is in no document, lower case
)

// Kinds is every kind that is known by its full name: the 22 pushes of the
// reference in its order, one that the reference left out, and the other ways
// an item comes. See LookupKind for the open families.
var Kinds = []Kind{
	{"pushevent", "/pushevent", ClassSession, integrationDoc + " (login and logout, reference 10.1)"},
	{"pushhb", "/pushhb", ClassHeartbeat, integrationDoc + " (heartbeat, reference 10.2)"},
	{KindGPS, "/pushgps", ClassFix, integrationDoc + " (GPS data, reference 10.3)"},
	{"pushalarm", "/pushalarm", ClassAlarm, integrationDoc + " (alarm data, reference 10.4)"},
	{"rfid", "/rfid", ClassMessage, integrationDoc + " (RFID data, reference 10.5)"},
	{"wgtc", "/wgtc", ClassMessage, integrationDoc + " (plug-in module, reference 10.6)"},
	{"pushoil", "/pushoil", ClassMessage, integrationDoc + " (fuel sensor, reference 10.7)"},
	{"pushfileupload", "/pushfileupload", ClassMessage, integrationDoc + " (file upload, reference 10.8)"},
	{"pushtem", "/pushtem", ClassMessage, integrationDoc + " (temperature and humidity, reference 10.9)"},
	{"pushlbs", "/pushlbs", ClassMessage, integrationDoc + " (cell towers, reference 10.10)"},
	{"pushresourcelist", "/pushresourcelist", ClassMessage, integrationDoc + " (video inventory, reference 10.11)"},
	{"pushftpfileupload", "/pushftpfileupload", ClassMessage, integrationDoc + " (FTP upload, reference 10.12)"},
	{"pushiothubevent", "/pushIothubEvent", ClassMessage, integrationDoc + " (IoTHub event, reference 10.13)"},
	{"pushpassthroughdata", "/pushPassThroughData", ClassMessage, integrationDoc + " (pass-through, reference 10.14)"},
	{"pushterminaltransinfo", "/pushTerminalTransInfo", ClassMessage, integrationDoc + " (extension data, reference 10.15)"},
	{"pushinstructresponse", "/pushInstructResponse", ClassMessage, integrationDoc + " (command answer, reference 10.16)"},
	{"pushfilecontent", "/pushFileContent", ClassMessage, integrationDoc + " (facial ID list, reference 10.17)"},
	{"pushextendedkks", "/pushextendedkks", ClassMessage, integrationDoc + " (extended data, reference 10.18)"},
	{"uploadcallback", "/uploadCallback", ClassMessage, integrationDoc + " (DVR upload, reference 10.19)"},
	{"pushobd", "/pushobd", ClassMessage, integrationDoc + " (OBD data, reference 10.20)"},
	{"pushfaultinfo", "/pushfaultinfo", ClassMessage, integrationDoc + " (fault codes, reference 10.21)"},
	{"pushtripreport", "/pushtripreport", ClassMessage, integrationDoc + " (trip report, reference 10.22)"},
	{"generalbusiness", "/generalBusiness", ClassMessage, integrationDoc + " (Bluetooth MAC, section 1.20)"},

	{"openapi.jimi.push.device.alarm", "", ClassAlarm, openAPIDoc + " (alarm push)"},
	{"tag.data", "/api/v1/tag/data/push", ClassMessage, openAPIDoc + " (TAG push)"},

	{KindLocationList, "", ClassFix, openAPIDoc + " (jimi.user.device.location.list, reference 5.1)"},
	{KindLocationGet, "", ClassFix, openAPIDoc + " (jimi.device.location.get, reference 5.2)"},
	{KindTrackList, "", ClassFix, openAPIDoc + " (jimi.device.track.list, reference 5.5)"},
	{"poll.alarm_list", "", ClassAlarm, openAPIDoc + " (jimi.device.alarm.list, reference 6.1)"},

	{KindUndecodable, "", ClassUndecodable, ""},
}

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
// not matter.
func LookupPath(path string) (Kind, bool) {
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	k, ok := kindByPath[strings.ToLower(path)]
	return k, ok
}

// LookupKind finds a kind by the name in a raw record's header. Beyond the
// table it knows the families PrefixOpenAPI, PrefixPoll and PrefixUnknown,
// whose members are messages. Any other name was not written by a collector.
func LookupKind(name string) (Kind, bool) {
	if k, ok := kindByName[name]; ok {
		return k, true
	}
	for _, family := range [...]Kind{
		{PrefixOpenAPI, "", ClassMessage, openAPIDoc},
		{PrefixPoll, "", ClassMessage, openAPIDoc},
		{PrefixUnknown, "", ClassMessage, ""},
	} {
		if len(name) > len(family.Name) && strings.HasPrefix(name, family.Name) {
			family.Name = name
			return family, true
		}
	}
	return Kind{}, false
}
