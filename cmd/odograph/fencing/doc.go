// Package fencing is what odograph fences does: it reads files of geofences, tells
// what differs from the topic that holds them, writes that, and brings the
// platform's own fences over and back.
package fencing
