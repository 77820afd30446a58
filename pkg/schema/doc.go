// Package schema holds Odograph's own words and its own wire: the record
// types, the topics they travel in, their keys, headers and codecs.
//
// Records are JSON, one record a Kafka message, keyed by IMEI. The version is
// in the topic's name: a change inside a version only adds optional fields.
// The JSON Schema files under jsonschema/ are made from these types and held
// to them by a test.
//
// Units are in the names (speed_kmh, distance_m, heading_deg). Positions are
// WGS-84 degrees, times are UTC. A value that the vendor left out, sent empty
// or sent as a sentinel is absent (see Opt), never 0.
package schema

//go:generate go test -run TestSchemaFilesMatchTypes -update
