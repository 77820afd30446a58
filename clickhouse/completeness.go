package clickhouse

import (
	"strconv"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

var completenessTable = &table[schema.Completeness]{
	name: "completeness",
	columns: func() columns[schema.Completeness] {
		return columnList[schema.Completeness]{
			text("imei", func(c *schema.Completeness) string { return c.IMEI }),
			moment("hour", 0, func(c *schema.Completeness) time.Time { return c.Hour }),
			number("revision", func(c *schema.Completeness) int64 { return c.Revision }),
			word("account", func(c *schema.Completeness) string { return c.Account }),
			optNumber("cadence_s", func(c *schema.Completeness) schema.Opt[float64] { return c.CadenceS }),
			optNumber("expected_fixes", func(c *schema.Completeness) schema.Opt[int32] { return c.ExpectedFixes }),
			number("received_fixes", func(c *schema.Completeness) int32 { return c.ReceivedFixes }),
			number("missing_fixes", func(c *schema.Completeness) int32 { return c.MissingFixes }),
			number("first_by_push", func(c *schema.Completeness) int32 { return c.FirstByPush }),
			number("first_by_poll", func(c *schema.Completeness) int32 { return c.FirstByPoll }),
			number("holes", func(c *schema.Completeness) int32 { return c.Holes }),
			number("asked_holes", func(c *schema.Completeness) int32 { return c.AskedHoles }),
			optNumber("longest_hole_s", func(c *schema.Completeness) schema.Opt[float64] { return c.LongestHoleS }),
			word("reason", func(c *schema.Completeness) string { return string(c.Reason) }),
		}
	},
	at:       func(c *schema.Completeness) time.Time { return c.Hour },
	identity: identityOf("imei", "toString(toInt64(toUnixTimestamp64Second(hour)))"),
	key: func(dst []byte, c *schema.Completeness) []byte {
		return appendKey(dst, c.IMEI, strconv.FormatInt(c.Hour.Unix(), 10))
	},
	version:  "revision",
	revision: func(c *schema.Completeness) int64 { return c.Revision },
	scope: func(rows []schema.Completeness, index []int) string {
		var span timeSpan
		for _, i := range index {
			span.add(rows[i].Hour)
		}
		return span.condition("hour")
	},
}
