package clickhouse

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/odograph/odograph/pkg/schema"
)

// deadLetterTable: where the record stands and what it is tell one from
// another. The place alone does not, since a topic that is made anew counts
// from 0 again.
var deadLetterTable = &table[schema.DeadLetter]{
	name: "dead_letters",
	columns: func() columns[schema.DeadLetter] {
		return columnList[schema.DeadLetter]{
			word("reason", func(d *schema.DeadLetter) string { return string(d.Reason) }),
			text("error", func(d *schema.DeadLetter) string { return d.Error }),
			word("topic", func(d *schema.DeadLetter) string { return d.Topic }),
			number("partition", func(d *schema.DeadLetter) int32 { return d.Partition }),
			number("offset", func(d *schema.DeadLetter) int64 { return d.Offset }),
			word("kind", func(d *schema.DeadLetter) string { return d.Kind }),
			text("imei", func(d *schema.DeadLetter) string { return d.IMEI }),
			word("source", func(d *schema.DeadLetter) string { return string(d.Source) }),
			word("account", func(d *schema.DeadLetter) string { return d.Account }),
			optMoment("received_time", 3, func(d *schema.DeadLetter) schema.Opt[time.Time] { return d.ReceivedTime }),
			moment("first_seen", 3, func(d *schema.DeadLetter) time.Time { return d.FirstSeen }),
			optNumber("raw_partition", func(d *schema.DeadLetter) schema.Opt[int32] { return d.RawPartition }),
			optNumber("raw_offset", func(d *schema.DeadLetter) schema.Opt[int64] { return d.RawOffset }),
			blob("value", func(d *schema.DeadLetter) []byte { return d.Value }),
		}
	},
	at:       func(d *schema.DeadLetter) time.Time { return d.FirstSeen },
	identity: identityOf("topic", "toString(partition)", "toString(offset)", "lower(hex(SHA256(value)))"),
	key: func(dst []byte, d *schema.DeadLetter) []byte {
		sum := sha256.Sum256(d.Value)
		return appendKey(dst, d.Topic, strconv.FormatInt(int64(d.Partition), 10), strconv.FormatInt(d.Offset, 10), hex.EncodeToString(sum[:]))
	},
	scope: func(rows []schema.DeadLetter, index []int) string {
		low, high := rows[index[0]].Offset, rows[index[0]].Offset
		for _, i := range index {
			low, high = min(low, rows[i].Offset), max(high, rows[i].Offset)
		}
		return fmt.Sprintf("offset BETWEEN %d AND %d", low, high)
	},
}
