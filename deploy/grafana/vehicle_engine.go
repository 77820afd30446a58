package grafana

const noOBD = "No reading of the engine in the chosen time: the device is no OBD device, or the ignition was off."

func vehicleEngine() panel {
	return panel{
		kind: timeseries, title: "Engine", unit: "short", width: 12, height: 8, points: true,
		shows:   "Coolant temperature and engine speed, from the vehicle's bus.",
		wrong:   "Coolant above 110 °C: stop the vehicle. Values that never move are defaults of the device.",
		empty:   noOBD,
		columns: map[string]column{"coolant_c": {unit: "celsius"}, "rpm": {unit: "rotrpm"}},
		queries: []query{series(`
			SELECT $__timeInterval(event_time) AS time, max(o.coolant_c) AS coolant_c, avg(o.rpm) AS rpm
			FROM obd AS o
			WHERE $__timeFilter(event_time) AND ` + this + `
			GROUP BY time
			ORDER BY time`)},
	}
}

func vehicleVoltage() panel {
	return panel{
		kind: timeseries, title: "Voltage of the vehicle's battery", unit: "volt", width: 12, height: 8, points: true, steps: []step{{0, "red"}, {11.8, "green"}},
		shows: "Lowest voltage in each interval, from the vehicle's bus.",
		wrong: "Below 11.8 V at rest a 12 V battery is nearly flat; below 13 V while driving the alternator does not charge. Trucks have twice that.",
		empty: noOBD,
		queries: []query{series(`
			SELECT $__timeInterval(event_time) AS time, min(o.battery_v) AS battery_v
			FROM obd AS o
			WHERE $__timeFilter(event_time) AND o.battery_v IS NOT NULL AND ` + this + `
			GROUP BY time
			ORDER BY time`)},
	}
}

func vehicleFuel() panel {
	return panel{
		kind: timeseries, title: "Fuel", unit: "short", width: 12, height: 8, points: true,
		shows: "Level of each fuel sensor and of the vehicle's bus, in the unit that stands in its name.",
		wrong: "Steps down with the ignition off are told as fuel_theft above.",
		empty: "No fuel sensor, and no level on the bus, in the chosen time.",
		queries: []query{series(`
			SELECT $__timeInterval(event_time) AS time, concat(toString(read_from), ' ', channel, ', ', toString(unit)) AS tank, avg(f.level) AS level
			FROM fuel_levels AS f
			WHERE $__timeFilter(event_time) AND ` + this + `
			GROUP BY time, tank
			ORDER BY time, tank`)},
	}
}

func vehicleTemperature() panel {
	return panel{
		kind: timeseries, title: "Temperature and humidity", unit: "celsius", width: 12, height: 8, points: true,
		shows:   "Readings of each climate sensor.",
		wrong:   "The range that the cargo must stay in is set by odograph devices set IMEI temperature_min_c=… temperature_max_c=…; leaving it is an event above.",
		empty:   "No climate sensor spoke in the chosen time.",
		columns: map[string]column{},
		queries: []query{series(`
			SELECT $__timeInterval(event_time) AS time, channel, avg(s.temperature_c) AS temperature_c
			FROM sensors AS s
			WHERE $__timeFilter(event_time) AND kind = 'climate' AND s.temperature_c IS NOT NULL AND ` + this + `
			GROUP BY time, channel
			ORDER BY time, channel`)},
	}
}

func vehicleFaults() panel {
	return panel{
		kind: table, title: "Open faults", unit: "short", width: 24, height: 6,
		shows: "Trouble codes that go on, whatever time is chosen.",
		wrong: "A code without a text is the manufacturer's own: insert a row into dtc_names.",
		empty: "No open trouble code, or the device does not read them.",
		queries: []query{rows(`
			SELECT code, text, system, start_time, last_time, open_s, lat, lng
			FROM faults_open
			WHERE ` + this + `
			ORDER BY last_time DESC
			LIMIT 100`)},
	}
}
