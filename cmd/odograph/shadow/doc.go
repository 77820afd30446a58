// Package shadow runs candidate rules over what is stored and compares what they
// find with the derived events that are stored, before the rules go live.
//
// Rows are read from ClickHouse by device and time, a table each, and merged
// (merge.go), so that memory holds one device's events and a row of each table,
// however long the range is. Each device goes through pkg/derive as in the
// enricher (judge.go), and its events are compared with the stored ones
// (diff.go).
package shadow
