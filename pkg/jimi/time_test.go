package jimi

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func quoted(s string) []byte { return []byte(strconv.Quote(s)) }

func TestInstant(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	for _, c := range []struct {
		in    string
		want  string
		state state
	}{
		{`"2023-01-13 02:24:37"`, "2023-01-13T02:24:37Z", present},
		{`"2024-05-09 1:27:23"`, "2024-05-09T01:27:23Z", present},
		{`" 2024-02-29 23:59:59 "`, "2024-02-29T23:59:59Z", present},
		{`"2022-12-10T01:05:33.000Z"`, "2022-12-10T01:05:33Z", present},
		{`"2022-12-10T01:05:33.125+08:00"`, "2022-12-09T17:05:33.125Z", present},
		{`"2022-12-10T01:05:33.5-0330"`, "2022-12-10T04:35:33.5Z", present},
		{`"0000-01-01 00:00:00"`, "0000-01-01T00:00:00Z", present},
		{`"2022-12-10T01:05:33"`, "2022-12-10T01:05:33Z", present},
		{`1611105520`, "2021-01-20T01:18:40Z", present},
		{`"1611105520"`, "2021-01-20T01:18:40Z", present},
		{`1611105520123`, "2021-01-20T01:18:40.123Z", present},
		{`""`, "", absent}, {`null`, "", absent}, {`"null"`, "", absent}, {`"  "`, "", absent}, {``, "", absent},
		{`"2032-02-90 00:00:00"`, "", garbage},
		{`"2001-00-30 00:00:00"`, "", garbage},
		{`"2023-02-29 00:00:00"`, "", garbage},
		{`"2023-13-01 00:00:00"`, "", garbage},
		{`"2023-04-31 00:00:00"`, "", garbage},
		{`"2100-02-29 00:00:00"`, "", garbage},
		{`"2023-01-13 24:00:00"`, "", garbage},
		{`"2023-01-13 02:60:00"`, "", garbage},
		{`"2023-01-13 02:24:60"`, "", garbage},
		{`"2023-01-13"`, "", garbage},
		{`"2023-01-13 02:24"`, "", garbage},
		{`"2023-01-13 2:24:3"`, "", garbage},
		{`"2023-01-13 02:24:37 PM"`, "", garbage},
		{`"2023-01-13 02:24:37."`, "", garbage},
		{`"2023-01-13 02:24:37+8"`, "", garbage},
		{`"2023/01/13 02:24:37"`, "", garbage},
		{`"20230113022437"`, "2023-01-13T02:24:37Z", present},
		{`20230113022437`, "2023-01-13T02:24:37Z", present},
		{`"00000000000000"`, "", absent},
		{`"20000000000000"`, "", garbage}, {`"00230113022437"`, "", garbage}, {`"19230113022437"`, "", garbage},
		{`"20231313022437"`, "", garbage}, {`"2023011302243x"`, "", garbage},
		{`16111055201`, "", garbage},
		{`1611105520.5`, "", garbage},
		{`-1`, "", garbage}, {`true`, "", garbage}, {`{}`, "", garbage}, {`["2023-01-13 02:24:37"]`, "", garbage},
	} {
		got, s := instant([]byte(c.in))
		if s != c.state {
			t.Errorf("%s: state %v, want %v", c.in, s, c.state)
		}
		if c.want != "" && !got.Equal(at(c.want)) {
			t.Errorf("%s: %v, want %s", c.in, got, c.want)
		}
	}
}

// Every second of the years 1 to 9999 that the standard library can print is
// read as the same time, and every date it cannot parse is garbage.
func TestInstantEqualToStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "unix"), 0).UTC()
		for _, layout := range []string{time.DateTime, time.RFC3339, "2006-01-02T15:04:05.000Z0700"} {
			got, s := instant(quoted(want.Format(layout)))
			if s != present || !got.Equal(want) {
				t.Fatalf("%s: %v %v", want.Format(layout), got, s)
			}
		}
		digits := rapid.StringMatching(`[0-2][0-9]{3}-[0-1][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9]`).Draw(t, "date")
		parsed, err := time.Parse(time.DateTime, digits)
		got, s := instant(quoted(digits))
		if (err == nil) != (s == present) || err == nil && !got.Equal(parsed) {
			t.Fatalf("%s: %v %v, the standard library says %v %v", digits, got, s, parsed, err)
		}
	})
}
