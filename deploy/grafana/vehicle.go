package grafana

// vehicle is all about one device.
func vehicle() dashboard {
	return dashboard{
		uid: vehicleUID, title: "Odograph: vehicle", from: "now-24h", refresh: "1m",
		description: "One device: its way with the gaps in it, speed, events, alarms, engine, and how well it is heard.",
		variables:   []variable{groupVariable, oneDeviceVariable},
		rows: []row{
			{"Now", []panel{freshness(), vehicleAge(), vehicleState(), vehicleContact(), vehicleDistance()}},
			{"Way", []panel{vehicleRoute(), vehicleSpeed(), vehicleGaps(), vehicleTrips()}},
			{"What happened", []panel{vehicleEvents(), vehicleAlarms(), vehicleVisits(), vehicleConditions()}},
			{"Engine and sensors", []panel{vehicleEngine(), vehicleVoltage(), vehicleFuel(), vehicleTemperature(), vehicleFaults()}},
			{"How well it is heard", []panel{vehicleDensity(), vehicleBattery(), vehicleCompleteness(), vehicleOffline()}},
		},
	}
}

// this is the condition on a table's rows.
const this = `imei = ${device:singlequote}`

func vehicleAge() panel {
	return panel{
		kind: stat, title: "Age of its position", unit: "s", width: 4, height: 4, steps: rising(300, 86400), background: true,
		shows:   "How long ago the vehicle was where the map shows it, by its newest usable fix.",
		wrong:   "Old while last contact is new: the tracker has no reception of satellites, or its antenna is covered.",
		empty:   "The device has never had a usable fix, or there is no such device.",
		queries: []query{rows(`SELECT position_age_s FROM positions_now WHERE fix_time IS NOT NULL AND ` + this)},
	}
}

func vehicleState() panel {
	return panel{
		kind: table, title: "State", unit: "short", width: 16, height: 4,
		shows: "What the vehicle is and how it is now; problems in words.",
		wrong: "docs/derived.md says when each problem holds; health_settings has the limits.",
		empty: "No such device: neither defined by the platform nor seen. Is the IMEI right?",
		queries: []query{rows(`
			SELECT
				name, plate, group_name, vehicle_class, driver_name, state, arrayStringConcat(problems, ', ') AS problem_list,
				fix_time, speed_kmh, odometer_m / 1000 AS odometer_km, satellites, battery_percent, gsm_signal, lat, lng
			FROM positions_now
			WHERE ` + this)},
	}
}

func vehicleContact() panel {
	return panel{
		kind: stat, title: "Last contact", unit: "s", width: 4, height: 4, steps: rising(900, 86400),
		shows:   "How long ago the last sign of life was: a fix, heartbeat, login, alarm, or reading.",
		wrong:   "Long ago with the ignition on: no mobile network, or power cut; see the alarms.",
		empty:   "The device was never heard: is the IMEI right, and is it switched on?",
		queries: []query{rows(`SELECT dateDiff('second', last_contact_time, now64(3)) AS age_s FROM positions_now WHERE last_contact_time IS NOT NULL AND ` + this)},
	}
}

func vehicleDistance() panel {
	return panel{
		kind: table, title: "Mileage by day", unit: "short", width: 20, height: 6, decimals: 1,
		shows: "Metres of each day (UTC) by the trips, by all fixes, by the device's odometer, by what the platform counted and by the device's trip reports.",
		wrong: "One number of a thousand times the others is in another unit: device_distance_check names it. Track above trips: movement that was too little for a trip.",
		empty: "The device did not move on the chosen days.",
		queries: []query{rows(`
			SELECT day, trips_m, track_m, odometer_m, platform_m, report_m, odometer_difference AS odometer_difference_share
			FROM mileage_daily
			WHERE day >= toDate($__fromTime, 'UTC') AND day <= toDate($__toTime, 'UTC') AND ` + this + `
			ORDER BY day DESC`)},
	}
}
