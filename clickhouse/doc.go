// Package clickhouse holds what Odograph keeps in ClickHouse: the schema as
// numbered migrations, the users and their grants, and the way of each topic's
// records into native columns of a table.
//
// A Batch takes the records of one topic in order; each becomes one row of one
// table. Insert writes rows of one table and one table partition as one block,
// so that they are there together or not at all. Present tells which rows of a
// block are stored, by what identifies them.
//
// Each row of an item or an event says in inserted_time when its insert began,
// which is some milliseconds before it could be seen. It tells a row's
// freshness (inserted_time - received_time) and is nobody's identity: a row
// that is inserted again has a later one.
package clickhouse

import "strings"

// quoteName makes an identifier of any name.
func quoteName(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}

// quoteText makes a string literal of any text.
func quoteText(text string) string {
	return "'" + strings.NewReplacer("\\", "\\\\", "'", "\\'").Replace(text) + "'"
}
