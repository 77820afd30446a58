package jimi

import (
	"errors"
	"fmt"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// wantTime is what a time may look like, for error messages.
const wantTime = "yyyy-MM-dd HH:mm:ss (UTC), RFC 3339, Unix seconds or Unix milliseconds"

// earliest is the first time an item of the platform can have: trackers of this
// kind are younger, and a clock that was never set says 1970 or 1980.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// MaxAhead is how far after the time it was received an item's own time may
// lie. Clocks differ a little; beyond that it would move a device's history
// into the future.
const MaxAhead = 10 * time.Minute

// instant reads a time: yyyy-MM-dd H:mm:ss with or without a fraction, RFC 3339
// (also with a T and no zone, and zones written +0800), Unix seconds of up to
// 10 digits and Unix milliseconds of 13, and the twelve digits yyMMddHHmmss of
// the device protocol (BCD, in trip reports) or fourteen with the century, each
// as a string or a number.
// Without a zone it is UTC. A day that does not exist is garbage.
func instant(value []byte) (time.Time, state) {
	b, s := text(value)
	if s != present {
		return time.Time{}, s
	}
	switch {
	case len(b) == bcdDigits:
		return bcdTime(b)
	case len(b) < 14:
		return unixTime(b)
	case len(b) == bcdDigits+2 && b[4] != '-':
		return centuryTime(b)
	}
	if b[4] != '-' {
		return time.Time{}, garbage
	}
	return civilTime(b)
}

// bcdDigits is the length of a BCD time, which no Unix time of a device's
// lifetime has.
const bcdDigits = 12

// bcdTime reads yyMMddHHmmss of this century. All zeros, which is what a trip
// that has not ended carries, is no time.
func bcdTime(b []byte) (time.Time, state) {
	var part [6]int
	zero := true
	for i := range part {
		v, ok := twoDigits(b, 2*i)
		if !ok {
			return time.Time{}, garbage
		}
		part[i] = v
		zero = zero && v == 0
	}
	year, month, day := 2000+part[0], part[1], part[2]
	switch {
	case zero:
		return time.Time{}, absent
	case month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || part[3] > 23 || part[4] > 59 || part[5] > 59:
		return time.Time{}, garbage
	}
	return time.Unix(daysSince1970(year, month, day)*86400+int64(part[3]*3600+part[4]*60+part[5]), 0).UTC(), present
}

// centuryTime reads yyyyMMddHHmmss.
func centuryTime(b []byte) (time.Time, state) {
	t, s := bcdTime(b[2:])
	if century, ok := twoDigits(b, 0); !ok || s == present && century != 20 || s == absent && century != 0 {
		return time.Time{}, garbage
	}
	return t, s
}

// unixTime reads 1 to 10 digits as seconds and 13 as milliseconds.
func unixTime(b []byte) (time.Time, state) {
	var n int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return time.Time{}, garbage
		}
		n = n*10 + int64(c-'0')
	}
	switch {
	case len(b) <= 10:
		return time.Unix(n, 0).UTC(), present
	case len(b) == 13:
		return time.UnixMilli(n).UTC(), present
	}
	return time.Time{}, garbage
}

// civilTime reads a date and a time of day; b has at least 14 bytes.
func civilTime(b []byte) (time.Time, state) {
	century, ok1 := twoDigits(b, 0)
	year, ok2 := twoDigits(b, 2)
	year += century * 100
	month, ok3 := twoDigits(b, 5)
	day, ok4 := twoDigits(b, 8)
	if !ok1 || !ok2 || !ok3 || !ok4 || b[7] != '-' || b[10] != ' ' && b[10] != 'T' && b[10] != 't' ||
		month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return time.Time{}, garbage
	}
	i := 11
	if b[12] == ':' { // a one-digit hour
		i = 10
	}
	if len(b) < i+8 {
		return time.Time{}, garbage
	}
	hour, ok1 := twoDigits(b, i)
	if i == 10 {
		hour, ok1 = int(b[11]-'0'), b[11]-'0' <= 9
	}
	minute, ok2 := twoDigits(b, i+3)
	second, ok3 := twoDigits(b, i+6)
	if !ok1 || !ok2 || !ok3 || b[i+2] != ':' || b[i+5] != ':' || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, garbage
	}
	nanos, ahead, ok := fractionAndZone(b[i+8:])
	if !ok {
		return time.Time{}, garbage
	}
	seconds := daysSince1970(year, month, day)*86400 + int64(hour*3600+minute*60+second-ahead)
	return time.Unix(seconds, nanos).UTC(), present
}

// twoDigits reads b[i:i+2].
func twoDigits(b []byte, i int) (int, bool) {
	tens, units := b[i]-'0', b[i+1]-'0'
	return int(tens)*10 + int(units), tens <= 9 && units <= 9
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSince1970 counts in years that begin in March, so that the leap day is
// the last of its year, and one round of the calendar later, so that no year is
// below 0.
func daysSince1970(year, month, day int) int64 {
	const roundYears, roundDays = 400, 146097
	year += roundYears
	if month <= 2 {
		year, month = year-1, month+12
	}
	return int64(365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469 - roundDays)
}

// fractionAndZone reads what follows the seconds: nothing, a fraction of up to
// nine digits, a zone (Z, +hh:mm, +hhmm), or both. ahead is the zone's seconds
// ahead of UTC.
func fractionAndZone(b []byte) (nanos int64, ahead int, ok bool) {
	if len(b) > 0 && (b[0] == '.' || b[0] == ',') {
		i, unit := 1, int64(1e9)
		for ; i < len(b) && b[i]-'0' <= 9 && unit > 1; i++ {
			unit /= 10
			nanos += int64(b[i]-'0') * unit
		}
		if i == 1 {
			return 0, 0, false
		}
		b = b[i:]
	}
	switch {
	case len(b) == 0, len(b) == 1 && (b[0] == 'Z' || b[0] == 'z'):
		return nanos, 0, true
	case len(b) == 6 && b[3] == ':':
		b = []byte{b[0], b[1], b[2], b[4], b[5]}
	case len(b) != 5:
		return 0, 0, false
	}
	hours, ok1 := twoDigits(b, 1)
	minutes, ok2 := twoDigits(b, 3)
	if !ok1 || !ok2 || b[0] != '+' && b[0] != '-' || hours > 23 || minutes > 59 {
		return 0, 0, false
	}
	ahead = hours*3600 + minutes*60
	if b[0] == '-' {
		ahead = -ahead
	}
	return nanos, ahead, true
}

// plausible tells whether a time that was read can be one of a device's: not
// before earliest, not more than MaxAhead after received.
func plausible(t, received time.Time) bool {
	return !t.Before(earliest) && t.Sub(received) <= MaxAhead
}

// checkTime says in which way a time that was read is not plausible.
func checkTime(kind, field string, t, received time.Time) error {
	switch {
	case t.Before(earliest):
		return &Error{Reason: schema.ReasonTimeOutOfRange, Kind: kind, Field: field,
			Err: fmt.Errorf("%s is before %d, the device's clock is not set", t.Format(time.RFC3339), earliest.Year())}
	case t.Sub(received) > MaxAhead:
		return &Error{Reason: schema.ReasonTimeInFuture, Kind: kind, Field: field,
			Err: fmt.Errorf("%s is more than %v after the item was received, at %s",
				t.Format(time.RFC3339), MaxAhead, received.UTC().Format(time.RFC3339))}
	}
	return nil
}

// requiredTime reads the time without which a record means nothing.
func requiredTime(kind, field string, value []byte, received time.Time) (time.Time, error) {
	t, s := instant(value)
	switch s {
	case absent:
		return t, missing(kind, field)
	case garbage:
		return t, &Error{Reason: schema.ReasonInvalidTime, Kind: kind, Field: field,
			Err: fmt.Errorf("%s is not a time that exists, want %s", clip(value), wantTime)}
	}
	return t, checkTime(kind, field, t, received)
}

// A timeField is one field that may hold an item's time.
type timeField struct {
	name  string
	value []byte
}

var errNoTime = errors.New("absent, empty or null, and so is every other time of the item; the record means nothing without one")

// firstTime reads the first of fields that holds a usable time. The vendor's
// later fields (when the platform took the item) stand in where the device's
// own clock gave nothing usable. If none does, the error is about the first
// field that was there.
func firstTime(kind string, received time.Time, fields ...timeField) (time.Time, error) {
	var first error
	for _, f := range fields {
		if _, s := text(f.value); s == absent {
			continue
		}
		t, err := requiredTime(kind, f.name, f.value, received)
		if err == nil {
			return t, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = &Error{Reason: schema.ReasonMissingField, Kind: kind, Field: fields[0].name, Err: errNoTime}
	}
	return time.Time{}, first
}
