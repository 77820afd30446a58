// Package history derives anew what is stored: to compare rules with what is
// there before they go live (shadow.go), and to find the corrections that make
// what is there right (correct.go).
//
// Rows are read from ClickHouse by device and time, a table each, and merged
// (merge.go), so that memory holds one device's events and a row of each table,
// however long the range is. Each device goes through pkg/derive as in the
// enricher (judge.go), with the geofences as they were (fences.go).
package history
