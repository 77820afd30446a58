package schema

import (
	"strconv"
)

// AppendJSON appends the fix's JSON, the same bytes as encoding/json writes.
// Numbers must be finite and years have four digits, as in every decoded fix;
// others make a record that no reader accepts.
func (f *Fix) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	dst = appendItem(dst, &f.Item)
	dst = appendTime(appendName(dst, "fix_time"), f.FixTime)
	dst = appendOptTime(dst, "gate_time", f.GateTime)
	dst = appendFloat(appendName(dst, "lat"), f.Lat)
	dst = appendFloat(appendName(dst, "lng"), f.Lng)
	dst = appendOptFloat(dst, "speed_kmh", f.SpeedKMH)
	dst = appendOptFloat(dst, "heading_deg", f.HeadingDeg)
	dst = appendOptInt32(dst, "satellites", f.Satellites)
	dst = appendOptBool(dst, "acc", f.ACC)
	dst = appendOptFloat(dst, "altitude_m", f.AltitudeM)
	dst = appendOptFloat(dst, "odometer_m", f.OdometerM)
	if f.PosType != "" {
		dst = appendString(appendName(dst, "pos_type"), string(f.PosType))
	}
	dst = appendOptInt32(dst, "post_method", f.PostMethod)
	dst = appendOptInt32(dst, "gps_mode", f.GPSMode)
	dst = appendOptInt64(dst, "status", f.Status)
	if f.Quality != nil {
		dst = appendStrings(appendName(dst, "quality"), f.Quality)
	}
	dst = appendCell(appendName(dst, "h3_r7"), f.H3R7)
	dst = appendCell(appendName(dst, "h3_r9"), f.H3R9)
	dst = appendCell(appendName(dst, "h3_r11"), f.H3R11)
	if f.FenceIDs != nil {
		dst = appendStrings(appendName(dst, "fence_ids"), f.FenceIDs)
	}
	return append(dst, '}')
}

func appendStrings[T ~string](dst []byte, list []T) []byte {
	dst = append(dst, '[')
	for i, q := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, string(q))
	}
	return append(dst, ']')
}

// The members without which a Fix is refused, one bit each.
const (
	fixIMEI = 1 << iota
	fixReceivedTime
	fixSource
	fixRawPartition
	fixRawOffset
	fixTime
	fixLat
	fixLng
	fixH3R7
	fixH3R9
	fixH3R11
)

var fixRequired = required{"imei", "received_time", "source", "raw_partition", "raw_offset", "fix_time", "lat", "lng", "h3_r7", "h3_r9", "h3_r11"}

// DecodeJSON reads a fix, overwriting f. It accepts what encoding/json accepts
// with the same result, but for three things: names are compared exactly, a
// member that every fix has must be there, and it must not be null. It
// allocates only for strings that differ from those already in f and for
// lists.
func (f *Fix) DecodeJSON(b []byte) error {
	was := f.Item
	*f = Fix{}
	seen, err := readMembers(b, func(key, value []byte) (uint, error) { return f.member(key, value, &was) })
	if err != nil {
		return recordError("fix", err)
	}
	return recordError("fix", fixRequired.check(seen))
}

func (f *Fix) member(key, value []byte, was *Item) (seen uint, err error) {
	switch string(key) {
	case "fix_time":
		return fixTime, readTime(&f.FixTime, value)
	case "gate_time":
		return 0, readOpt(&f.GateTime, value, readTime)
	case "lat":
		return fixLat, readFloat(&f.Lat, value)
	case "lng":
		return fixLng, readFloat(&f.Lng, value)
	case "speed_kmh":
		return 0, readOpt(&f.SpeedKMH, value, readFloat)
	case "heading_deg":
		return 0, readOpt(&f.HeadingDeg, value, readFloat)
	case "satellites":
		return 0, readOpt(&f.Satellites, value, readInt32)
	case "acc":
		return 0, readOpt(&f.ACC, value, readBool)
	case "altitude_m":
		return 0, readOpt(&f.AltitudeM, value, readFloat)
	case "odometer_m":
		return 0, readOpt(&f.OdometerM, value, readFloat)
	case "pos_type":
		return 0, readWord(&f.PosType, value, PosGPS, PosLBS, PosWiFi, PosBeacon)
	case "post_method":
		return 0, readOpt(&f.PostMethod, value, readInt32)
	case "gps_mode":
		return 0, readOpt(&f.GPSMode, value, readInt32)
	case "status":
		return 0, readOpt(&f.Status, value, readInt64)
	case "quality":
		return 0, readWords(&f.Quality, value, qualities...)
	case "h3_r7":
		return fixH3R7, readCell(&f.H3R7, value)
	case "h3_r9":
		return fixH3R9, readCell(&f.H3R9, value)
	case "h3_r11":
		return fixH3R11, readCell(&f.H3R11, value)
	case "fence_ids":
		return 0, readWords(&f.FenceIDs, value)
	}
	return f.Item.member(key, value, was)
}

// member reads the members that every record has; their bits are the first
// five of each record. was holds strings that may be used again.
func (it *Item) member(key, value []byte, was *Item) (seen uint, err error) {
	switch string(key) {
	case "imei":
		return fixIMEI, readString(&it.IMEI, value, was.IMEI)
	case "received_time":
		return fixReceivedTime, readTime(&it.ReceivedTime, value)
	case "source":
		return fixSource, readWord(&it.Source, value, SourcePush, SourceOpenAPI, SourceTag,
			SourceLocationList, SourceLocationGet, SourceTrackList, SourcePoll, SourceAPI)
	case "account":
		return 0, readString(&it.Account, value, was.Account)
	case "raw_partition":
		return fixRawPartition, readInt32(&it.RawPartition, value)
	case "raw_offset":
		return fixRawOffset, readInt64(&it.RawOffset, value)
	}
	return 0, nil
}

// AppendJSON appends the sighting's JSON, the same bytes as encoding/json
// writes, with the same demand on numbers and years as Fix.AppendJSON.
func (r *Repeat) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	dst = appendItem(dst, &r.Item)
	dst = appendString(appendName(dst, "kind"), r.Kind)
	dst = appendTime(appendName(dst, "event_time"), r.EventTime)
	dst = strconv.AppendBool(appendName(dst, "is_fix"), r.IsFix)
	if r.Conflict {
		dst = strconv.AppendBool(appendName(dst, "conflict"), true)
	}
	dst = appendOptFloat(dst, "lat", r.Lat)
	dst = appendOptFloat(dst, "lng", r.Lng)
	dst = appendOptFloat(dst, "speed_kmh", r.SpeedKMH)
	dst = appendOptFloat(dst, "heading_deg", r.HeadingDeg)
	return append(dst, '}')
}

// The members beyond an Item's without which a Repeat is refused.
const (
	repeatKind = 1 << (iota + 5)
	repeatEventTime
	repeatIsFix
)

var repeatRequired = required{"imei", "received_time", "source", "raw_partition", "raw_offset", "kind", "event_time", "is_fix"}

// DecodeJSON reads a sighting, overwriting r, by the rules of Fix.DecodeJSON.
func (r *Repeat) DecodeJSON(b []byte) error {
	was, kind := r.Item, r.Kind
	*r = Repeat{}
	seen, err := readMembers(b, func(key, value []byte) (uint, error) {
		switch string(key) {
		case "kind":
			return repeatKind, readString(&r.Kind, value, kind)
		case "event_time":
			return repeatEventTime, readTime(&r.EventTime, value)
		case "is_fix":
			return repeatIsFix, readBool(&r.IsFix, value)
		case "conflict":
			return 0, readBool(&r.Conflict, value)
		case "lat":
			return 0, readOpt(&r.Lat, value, readFloat)
		case "lng":
			return 0, readOpt(&r.Lng, value, readFloat)
		case "speed_kmh":
			return 0, readOpt(&r.SpeedKMH, value, readFloat)
		case "heading_deg":
			return 0, readOpt(&r.HeadingDeg, value, readFloat)
		}
		return r.member(key, value, &was)
	})
	if err != nil {
		return recordError("repeat", err)
	}
	return recordError("repeat", repeatRequired.check(seen))
}
