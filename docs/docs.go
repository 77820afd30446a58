// Package docs makes the documents that are made: go generate ./docs, or make
// docs. Each is held to what it is made from by the test that makes it.
package docs

//go:generate go test -p 1 ../cmd/collector ../cmd/enricher ../cmd/sink ../cmd/odograph -run TestSettingsDocument -args -update
//go:generate go test ../clickhouse -run TestTablesDocument -args -update
//go:generate go test ../pkg/schema -run "TestSchemaFilesMatchTypes|TestTopicDocuments" -args -update
//go:generate go test -p 1 ../cmd/collector ../cmd/collector/poll ../cmd/enricher ../cmd/sink -run TestMetricsAreListed -args -update-metrics
