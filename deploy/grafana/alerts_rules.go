package grafana

func pipelineRulesOfAlert() []rule {
	return []rule{
		{
			uid: "odograph-data-stale", title: "Data is stale", severity: "critical", above: 600, lasts: "5m", noData: "Alerting",
			query: rows(`
				SELECT dateDiff('second', max(received_time), now64(3)) AS age_s
				FROM positions_now
				WHERE received_time IS NOT NULL
				HAVING count() > 0`),
			summary: "No fix of any device has come for more than 10 minutes.",
			means:   "Nothing new is seen on any dashboard. Either nothing arrives, or it is stuck on its way to ClickHouse. While only Odograph is down, nothing is lost: the platform's pushes are taken again, and holes are asked for by polling.",
			first:   "Look at Not handled yet on the dashboard Pipeline: above 0 and growing, see the log of the enricher or the sink; 0, see Pushes by answer: no pushes mean the platform, 401 a wrong token, 503 a Kafka that is away.",
			board:   pipeline, panel: "Data freshness",
		},
		{
			uid: "odograph-dead-letters-rising", title: "Dead letters are rising", severity: "warning", above: 0, lasts: "5m", noData: "OK",
			query: rows(`
				SELECT
					countIf(first_seen > now64(3) - INTERVAL 15 MINUTE)
						- greatest(20, 3 * countIf(first_seen <= now64(3) - INTERVAL 15 MINUTE) / 95) AS items_above_usual
				FROM dead_letters
				WHERE first_seen > now64(3) - INTERVAL 1 DAY`),
			summary: "More items than usual could not be used in the last 15 minutes.",
			means:   "More than 20 items, and more than three times what 15 minutes of the last day had, were put aside. They are kept with their bytes and reasons, but are missing from all other tables.",
			first:   "See Dead letters, with an example: one reason and kind from one moment on is a push whose form has changed; many kinds at once are a sender that is not the platform.",
			board:   pipeline, panel: "Dead letters by reason",
		},
		{
			uid: "odograph-lag", title: "The pipeline lags", severity: "critical", above: 100000, lasts: "10m", noData: "OK",
			query:   promNow(`sum(odograph_enricher_lag_records or odograph_sink_lag_records)`, ""),
			summary: "More than 100000 records have waited in Kafka for 10 minutes.",
			means:   "Items arrive faster than they are handled, or a program is down. Nothing is lost while they are younger than the topics' retention; all dashboards are late.",
			first:   "See Lag of the enricher and Lag of the sink. One partition: one device floods. All of the sink's topics: ClickHouse, see Inserts. Otherwise start another instance.",
			board:   pipeline, panel: "Not handled yet",
		},
		{
			uid: "odograph-latency", title: "Rows come late", severity: "warning", above: 120, lasts: "10m", noData: "OK",
			query: rows(`
				SELECT max(l.p99_s) AS p99_s
				FROM latency_minutes AS l
				WHERE minute > now() - INTERVAL 10 MINUTE AND stage = 'received_to_inserted'
				HAVING count() > 0`),
			summary: "Of 100 fixes, one or more take above 2 minutes from receipt to row.",
			means:   "Odograph itself is slow; what the devices and the platform take is not in this number.",
			first:   "See Latency of each stage, then the lags: the stage before the first one that grows is healthy.",
			board:   pipeline, panel: "Latency of each stage",
		},
	}
}

func vehicleRulesOfAlert() []rule {
	return []rule{
		{
			uid: "odograph-many-offline", title: "Many devices fell silent at once", severity: "critical", above: 0.3, lasts: "5m", noData: "OK",
			query: rows(`
				SELECT countIf(last_contact_time < now64(3) - INTERVAL 15 MINUTE) / count() AS silent_share
				FROM positions_now
				WHERE last_contact_time > now64(3) - INTERVAL 75 MINUTE
				HAVING count() >= 10`),
			summary: "More than 30 % of the devices heard in the last 75 minutes have been silent for 15.",
			means:   "So many vehicles do not park at once: the platform, a mobile network, or the pipeline has failed. In the evening of a fleet whose trackers sleep it may be the end of work.",
			first:   "See Data freshness. If it is good, compare the silent devices' groups and SIM cards; if not, go on with the dashboard Pipeline.",
			board:   fleet, panel: "Online",
		},
		{
			uid: "odograph-device-offline", title: "Device offline", severity: "warning", above: 21600, lasts: "5m", noData: "OK",
			query: rows(`
				SELECT imei, name, group_name, toFloat64(offline_s) AS offline_s
				FROM positions_now
				WHERE NOT online AND offline_s BETWEEN 21600 AND 604800
				ORDER BY offline_s
				LIMIT 200`),
			summary: "{{ .Labels.name }} ({{ .Labels.imei }}) has not been heard for more than 6 hours.",
			means:   "No fix, heartbeat, login, alarm or reading has come for 6 hours to 7 days. At most 200 devices, those that fell silent last; after 7 days it is no longer news.",
			first:   "Open the vehicle's dashboard: the last alarm (power cut, unplugged, low battery), the last place (garage, border) and its offline periods say most.",
			board:   vehicle, panel: "Last contact",
		},
		{
			uid: "odograph-high-severity", title: "Driving event of high severity", severity: "critical", above: 0, lasts: "0s", noData: "OK",
			query: rows(`
				SELECT imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name, toString(kind) AS event, toFloat64(count()) AS events
				FROM driving_events
				WHERE severity = 'high' AND inserted_time > now64(3) - INTERVAL 10 MINUTE AND start_time > now64(3) - INTERVAL 1 DAY
				GROUP BY imei, event
				ORDER BY events DESC
				LIMIT 200`),
			summary: "{{ .Labels.name }} ({{ .Labels.imei }}): {{ .Labels.event }} of high severity.",
			means:   "A harsh event, a collision or speeding of high severity has become known in the last 10 minutes. It began within the last day; events older than that are not told.",
			first:   "A collision: call the driver. Otherwise open the vehicle's dashboard at that time: speeds before and after, gap and sources decide whether it was real.",
			board:   safety, panel: "Harsh events",
		},
		{
			uid: "odograph-fence-watched", title: "Event at a watched geofence", severity: "critical", above: 0, lasts: "0s", noData: "OK",
			query: rows(`
				SELECT e.imei AS imei, dictGetOrDefault('devices_dict', 'name', e.imei, '') AS name, f.name AS fence, toString(e.kind) AS event, toFloat64(count()) AS events
				FROM geofence_events AS e
				INNER JOIN fences_now AS f ON f.fence_id = e.fence_id
				WHERE startsWith(lower(f.name), 'alert') AND e.inserted_time > now64(3) - INTERVAL 10 MINUTE AND e.at > now64(3) - INTERVAL 1 DAY
				GROUP BY imei, fence, event
				ORDER BY events DESC
				LIMIT 200`),
			summary: "{{ .Labels.name }} ({{ .Labels.imei }}): {{ .Labels.event }} at {{ .Labels.fence }}.",
			means:   "A transition at a fence whose name begins with Alert has become known in the last 10 minutes; it was within the last day. Name so those fences that must never be entered, or never be left.",
			first:   "Open the vehicle's dashboard and see where it is now and whether it is heard. unknown means that it fell silent inside.",
			board:   geofences, panel: "Transitions",
		},
	}
}
