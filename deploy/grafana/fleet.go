package grafana

// fleet is where everything is, and what it did lately.
func fleet() dashboard {
	return dashboard{
		uid: fleetUID, title: "Odograph: fleet", from: "now-6h", refresh: "30s",
		description: "Where the vehicles are, where they went and where they stopped.",
		variables:   []variable{groupVariable, deviceVariable},
		rows: []row{
			{"Now", []panel{freshness(), fleetOnline(), fleetState(), fleetProblems(), fleetDistance(), fleetTrips()}},
			{"Positions", []panel{fleetPositions(), fleetVehicles()}},
			{"Movement", []panel{fleetTracks(), fleetHeat(), fleetActivity(), fleetDaily()}},
			{"Trips and stops", []panel{fleetTripList(), fleetStops(), fleetStopList()}},
		},
	}
}

func fleetOnline() panel {
	return panel{
		kind: stat, title: "Online", unit: "percentunit", width: 4, height: 4, steps: falling(0.5, 0.8),
		shows: "Share of the devices that gave a sign of life within the time that health_settings allows (15 min at first) and have not logged out. Parked vehicles whose trackers sleep count as offline.",
		wrong: "If it falls all at once, the platform or the pipeline is silent: see Data freshness. If it falls slowly, sort the table of vehicles by last contact.",
		empty: "No device is known: neither defined by the platform nor seen.",
		queries: []query{rows(`
			SELECT countIf(online) / count() AS online_share
			FROM positions_now
			WHERE ` + chosen + `
			HAVING count() > 0`)},
	}
}

func fleetState() panel {
	return panel{
		kind: stat, title: "Vehicles by state", unit: "short", width: 5, height: 4,
		shows:   "How many vehicles drive, stand with the ignition on, are parked, and how many there are. The rest is offline or was never seen.",
		wrong:   "Vehicles on the road that do not drive here have no fresh fixes: look for stale_position among the problems.",
		empty:   "No device is known: neither defined by the platform nor seen.",
		columns: map[string]column{"driving": {}, "idling": {}, "parked": {}, "all": {}},
		queries: []query{rows(`
			SELECT
				countIf(state = 'driving') AS driving, countIf(state = 'idling') AS idling, countIf(state = 'parked') AS parked,
				count() AS all
			FROM positions_now
			WHERE ` + chosen)},
	}
}

func fleetProblems() panel {
	return panel{
		kind: stat, title: "Need somebody", unit: "short", width: 3, height: 4, steps: rising(1, 10),
		shows: "Devices with a problem other than being offline: tampering, jamming, a low battery, a position that stands still while online, a subscription that has ended.",
		wrong: "Sort the table of vehicles by problems; the vehicle's own dashboard tells more.",
		empty: "No device is known: neither defined by the platform nor seen.",
		queries: []query{rows(`
			SELECT countIf(notEmpty(arrayFilter(p -> p NOT IN ('offline', 'logged_out', 'never_seen'), problems))) AS devices
			FROM positions_now
			WHERE ` + chosen)},
	}
}

func fleetDistance() panel {
	return panel{
		kind: stat, title: "Driven", unit: "lengthkm", width: 4, height: 4, decimals: 1,
		shows: "Distance of the trips that began in the chosen time, from their tracks.",
		wrong: "Compare with the odometers: trip_distances and device_distance_check say which device counts in another unit.",
		empty: "No trip began in the chosen time.",
		queries: []query{rows(`
			SELECT sum(distance_m) / 1000 AS distance_km
			FROM trips
			WHERE $__timeFilter(start_time) AND ` + chosen)},
	}
}

func fleetTrips() panel {
	return panel{
		kind: stat, title: "Number of trips", unit: "short", width: 4, height: 4,
		shows: "Trips that began in the chosen time.",
		wrong: "Many trips of a few metres come from positions that drift while parked: see the rules of trips (odograph rules).",
		empty: "No trip began in the chosen time.",
		queries: []query{rows(`
			SELECT count() AS trips
			FROM trips
			WHERE $__timeFilter(start_time) AND ` + chosen)},
	}
}
