package main

// A question is a query of the measurement; {day}, {from}, {imei} are replaced by a
// full day of the data, its midnight and a device.
type question struct {
	name, query string
	mostMS      int // goal; 0: none
}

var questions = []question{
	{"positions and states of all devices (`positions_now`)", "SELECT * FROM positions_now", 100},
	{"fixes a minute of one device and day (`fix_density`)", "SELECT * FROM fix_density WHERE imei = '{imei}' AND minute >= '{from}' AND minute < toDateTime('{from}') + 86400", 100},
	{"route of one device and day with gaps (`route`)", "SELECT * FROM route(imei = '{imei}', from = '{from}', to = '{to}', max_gap_s = 300) ORDER BY fix_time", 100},
	{"the fleet by hour, 7 days (`fleet_hours`)", "SELECT * FROM fleet_hours WHERE hour >= toDateTime('{from}') - 6 * 86400 AND hour < '{to}' ORDER BY hour", 100},
	{"each device on one day (`device_days`)", "SELECT * FROM device_days WHERE day = '{day}' ORDER BY distance_m DESC", 100},
	{"30 days of one device (`device_days`)", "SELECT * FROM device_days WHERE imei = '{imei}' AND day > toDate('{day}') - 30 ORDER BY day", 100},
	{"all devices over 30 days (`device_days`)", "SELECT imei, sum(distance_m) AS m, sum(idling_s) FROM device_days WHERE day > toDate('{day}') - 30 GROUP BY imei ORDER BY m DESC", 1000},
	{"heat map of one day, resolution 9 (`heat_daily`)", "SELECT * FROM heat_daily WHERE resolution = 9 AND day = '{day}'", 100},
	{"top 1000 cells of 30 days, resolution 9 (`heat_daily`)", "SELECT cell, sum(fixes) AS n FROM heat_daily WHERE resolution = 9 AND day > toDate('{day}') - 30 GROUP BY cell ORDER BY n DESC LIMIT 1000", 1000},
	{"latency by minute, 1 hour (`latency_minutes`)", "SELECT * FROM latency_minutes WHERE minute >= (SELECT max(minute) FROM latency_counts) - 3600 ORDER BY minute", 100},
	{"thinnest devices of one day (`device_hours`)", "SELECT imei, sum(fixes) / sum(minutes_with_fixes) AS r FROM device_hours FINAL WHERE hour >= '{from}' AND hour < '{to}' GROUP BY imei ORDER BY r LIMIT 100", 100},
	{"harsh events in the history of one device and day (`harsh_from_history`)", "SELECT * FROM harsh_from_history(imei = '{imei}', from = '{from}', to = '{to}', rule_version = '')", 1000},
	{"the same of the whole fleet, one hour", "SELECT * FROM harsh_from_history(imei = '', from = '{hour}', to = '{hour_end}', rule_version = '')", 0},
	{"devices, fixes and top speed of one day (`device_hours`)", "SELECT uniqExact(imei), sum(fixes), max(max_speed_kmh) FROM device_hours FINAL WHERE hour >= '{from}' AND hour < '{to}'", 100},
	{"the same from `fixes` itself", "SELECT uniqExact(imei), count(), max(speed_kmh) FROM fixes FINAL WHERE fix_time >= '{from}' AND fix_time < '{to}'", 1000},
	{"whether all rollups are exact (`rollup_check`)", "SELECT count() FROM rollup_check", 0},
}
