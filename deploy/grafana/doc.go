// Package grafana holds what Grafana shows of Odograph: data sources, dashboards
// and alert rules, all of them provisioned from files.
//
//	provisioning/    to mount at /etc/grafana/provisioning
//	dashboards/      to mount at /var/lib/grafana/dashboards, one JSON document each
//
// The dashboards and the alert rules are written by this package, so that each
// panel has a unit, a description, and a text for when it is empty, and so that
// columns of one name look alike everywhere. After a change:
//
//	go generate ./deploy/grafana
//
// Its tests run each panel's SQL as the user reader on a real ClickHouse.
package grafana

//go:generate go run ./write
