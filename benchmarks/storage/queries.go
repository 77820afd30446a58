package main

// A question is one that fleets ask, in the words of the contract.
type question struct{ what, sql string }

// questions about a day, an hour and devices that the fleet has. {device}, {day}
// and {hour} are filled in.
var questions = []question{
	{"latest fix of every device", "SELECT imei, toDateTime(max(fix_time)), argMax(lat, fix_time), argMax(lng, fix_time) FROM {table} GROUP BY imei ORDER BY imei"},
	{"latest fix of one device", "SELECT toDateTime(fix_time), lat, lng, speed_kmh FROM {table} WHERE imei = '{device}' ORDER BY fix_time DESC LIMIT 1"},
	{"one device, one hour", "SELECT toDateTime(fix_time), lat, lng, speed_kmh, heading_deg, acc FROM {table} WHERE imei = '{device}' AND fix_time >= '{hour}' AND fix_time < '{hour}'::DateTime64(0, 'UTC') + INTERVAL 1 HOUR ORDER BY fix_time"},
	{"one device, one day: metres by odometer", "SELECT max(odometer_m) - min(odometer_m), max(speed_kmh) FROM {table} WHERE imei = '{device}' AND fix_time >= '{day}' AND fix_time < '{day}'::DateTime64(0, 'UTC') + INTERVAL 1 DAY"},
	{"fleet, one day: fixes, top speed, metres of each device", "SELECT imei, count(), max(speed_kmh), max(odometer_m) - min(odometer_m) FROM {table} WHERE fix_time >= '{day}' AND fix_time < '{day}'::DateTime64(0, 'UTC') + INTERVAL 1 DAY GROUP BY imei ORDER BY imei"},
	{"fleet, ten minutes: all positions", "SELECT imei, toDateTime(fix_time), lat, lng, speed_kmh FROM {table} WHERE fix_time >= '{hour}' AND fix_time < '{hour}'::DateTime64(0, 'UTC') + INTERVAL 10 MINUTE ORDER BY imei, fix_time"},
	{"all: mean speed", "SELECT round(avg(speed_kmh), 6) FROM {table}"},
	{"all: fixes in a rectangle", "SELECT count() FROM {table} WHERE lat BETWEEN -10 AND 20 AND lng BETWEEN 0 AND 60"},
	{"all: busiest 20 H3 cells of resolution 9", "SELECT h3_r9, count() AS n FROM {table} GROUP BY h3_r9 ORDER BY n DESC, h3_r9 LIMIT 20"},
	{"one day: distinct devices per 10 minutes", "SELECT toStartOfInterval(toDateTime(fix_time), INTERVAL 10 MINUTE) AS t, uniqExact(imei) FROM {table} WHERE fix_time >= '{day}' AND fix_time < '{day}'::DateTime64(0, 'UTC') + INTERVAL 1 DAY GROUP BY t ORDER BY t"},
	{"one day: seconds to the collector, p99 by source", "SELECT toString(source) AS s, round(quantileExact(0.99)(toUnixTimestamp64Milli(toDateTime64(received_time, 3, 'UTC')) / 1000 - toUnixTimestamp64Milli(toDateTime64(fix_time, 3, 'UTC')) / 1000), 3) FROM {table} WHERE fix_time >= '{day}' AND fix_time < '{day}'::DateTime64(0, 'UTC') + INTERVAL 1 DAY GROUP BY s ORDER BY s"},
	{"account: a place in the raw topic", "SELECT imei, toDateTime(fix_time) FROM {table} WHERE raw_partition = {partition} AND raw_offset = {offset}"},
}
