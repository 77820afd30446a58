-- Rows for each panel, around now: one vehicle that drives, one that is parked,
-- one that fell silent, and twelve that are only heard.
INSERT INTO devices (imei, name, model, group_name, vehicle_class, plate, driver_name, speed_limit_kmh, updated_time) VALUES
    ('860000000000001', 'Van 1', 'VL103', 'North', 'van', 'N-1', 'Ann', 80, now64(3)),
    ('860000000000002', 'Truck 2', 'JC400', 'South', 'truck', '', 'Bob', NULL, now64(3)),
    ('860000000000003', 'Car 3', 'VL103', '', 'car', '', '', NULL, now64(3));
INSERT INTO fences (fence_id, version, name, geojson, updated_time) VALUES
    ('depot', 1, 'Depot', '{}', now64(3)), ('border', 1, 'Alert: border', '{}', now64(3));
-- Half an hour of driving, with a hole of ten minutes, until now.
INSERT INTO fixes (imei, fix_time, received_time, source, lat_e7, lng_e7, speed_kmh, heading_deg, satellites, acc, odometer_m, quality, h3_r7, h3_r9, h3_r11, raw_offset)
SELECT '860000000000001', now64(0) - 1800 + number * 2 AS at, at + toIntervalMillisecond(700 + number % 300), if(number % 5 = 0, 'location_list', 'push'),
    521000000 + number * 2000 AS y, 45000000 + number * 3000 AS x, 40 + number % 50, number % 360, 9, true, 1000000 + number * 25, [],
    geoToH3(y / 1e7, x / 1e7, 7::UInt8), geoToH3(y / 1e7, x / 1e7, 9::UInt8), geoToH3(y / 1e7, x / 1e7, 11::UInt8), number
FROM numbers(899) WHERE number NOT BETWEEN 300 AND 600;
INSERT INTO fixes (imei, fix_time, received_time, source, lat_e7, lng_e7, speed_kmh, acc, quality, h3_r7, h3_r9, h3_r11, raw_offset) VALUES
    ('860000000000002', now64(0) - 600, now64(3) - 599, 'push', 523000000, 48000000, 0, false, [], geoToH3(52.3, 4.8, 7::UInt8), geoToH3(52.3, 4.8, 9::UInt8), geoToH3(52.3, 4.8, 11::UInt8), 2001),
    ('860000000000003', now64(0) - 28800, now64(3) - 28799, 'push', 524000000, 49000000, 0, false, [], geoToH3(52.4, 4.9, 7::UInt8), geoToH3(52.4, 4.9, 9::UInt8), geoToH3(52.4, 4.9, 11::UInt8), 2002),
    ('860000000000001', now64(0) - 1805, now64(3) - 1804, 'push', 0, 0, 0, true, ['zero_position'], geoToH3(0., 0., 7::UInt8), geoToH3(0., 0., 9::UInt8), geoToH3(0., 0., 11::UInt8), 2003);
INSERT INTO fix_repeats (imei, fix_time, received_time, source, kind, conflict, raw_offset)
SELECT imei, fix_time, received_time + INTERVAL 5 SECOND, 'location_list', 'poll.location_list', false, raw_offset + 10000 FROM fixes FINAL WHERE source = 'push' AND imei = '860000000000001' LIMIT 50;
INSERT INTO heartbeats (imei, event_time, received_time, source, battery_percent, gsm_signal, acc, raw_offset)
SELECT '860000000000001', now64(3) - number * 120, now64(3) - number * 120, 'push', 90 - number, 60 + number, true, 3000 + number FROM numbers(14);
INSERT INTO heartbeats (imei, event_time, received_time, source, battery_percent, raw_offset)
SELECT concat('86000000000010', toString(number)), now64(3) - 1800, now64(3) - 1800, 'push', 5, 3100 + number FROM numbers(12);
INSERT INTO sessions (imei, event_time, received_time, source, kind, raw_offset) VALUES ('860000000000002', now64(3) - 700, now64(3) - 700, 'push', 'login', 3200);
-- Silent for four hours in between, for offline_periods.
INSERT INTO heartbeats (imei, event_time, received_time, source, raw_offset) VALUES ('860000000000001', now64(3) - 20000, now64(3) - 20000, 'push', 3300);
INSERT INTO alarms (imei, event_time, received_time, source, msg_class, code, subtype, lat, lng, speed_kmh, fence_id, raw_offset) VALUES
    ('860000000000001', now64(3) - 1500, now64(3) - 1499, 'push', 0, '19', '', 52.1, 4.5, 40, '', 4000),
    ('860000000000001', now64(3) - 1195, now64(3) - 1190, 'push', 0, '4', '', 52.1, 4.5, 40, 'depot', 4001),
    ('860000000000002', now64(3) - 5000, now64(3) - 4990, 'push', 0, '5', '', 52.3, 4.8, 20, 'depot', 4002);
INSERT INTO obd (imei, event_time, received_time, source, coolant_c, battery_v, rpm, fuel_percent, fuel_l, speed_kmh, odometer_m, raw_offset)
SELECT '860000000000001', now64(3) - number * 60, now64(3) - number * 60, 'push', 85 + number % 5, 13.8, 1500 + number * 10, 60 - number % 10, 30, 50, 1000000, 5000 + number FROM numbers(25);
INSERT INTO faults (imei, event_time, received_time, source, codes, fault_count, lat, lng, raw_offset) VALUES ('860000000000001', now64(3) - 1200, now64(3) - 1199, 'push', ['P0301', 'P0420'], 2, 52.1, 4.5, 5100);
INSERT INTO sensors (imei, event_time, received_time, source, kind, channel, value, unit, temperature_c, humidity_percent, raw_offset)
SELECT '860000000000001', now64(3) - number * 60, now64(3) - number * 60, 'push', if(number % 2 = 0, 'fuel', 'climate'), '1',
    if(number % 2 = 0, 55 - number / 10, NULL), if(number % 2 = 0, 'percent', ''), if(number % 2 = 1, 4 + number / 10, NULL), if(number % 2 = 1, 50, NULL), 5200 + number FROM numbers(30);
INSERT INTO trips (trip_id, revision, imei, start_time, end_time, ongoing, distance_m, odometer_distance_m, max_speed_kmh, idle_s, driving_s, observable_s, observable_share, fixes, longest_gap_s, start_lat, start_lng, end_lat, end_lng, end_reason, driver) VALUES
    ('t1', 1, '860000000000001', now64(3) - 1800, now64(3) - 2, true, 21000, 20900, 89, 60, 1700, 1100, 0.64, 598, 602, 52.1, 4.5, 52.28, 4.77, '', 'Ann'),
    ('t2', 1, '860000000000002', now64(3) - 9000, now64(3) - 5000, false, 60000, 59000, 95, 120, 3900, 3500, 0.9, 1500, 40, 52.2, 4.6, 52.3, 4.8, 'ignition_off', ''),
    ('t3', 1, '860000000000001', now64(3) - 72000, now64(3) - 68000, false, 55000, 54000, 92, 100, 3900, 3600, 0.92, 1800, 12, 52.0, 4.4, 52.1, 4.5, 'rest', 'Ann');
INSERT INTO stops (stop_id, revision, imei, start_time, end_time, ongoing, kind, lat, lng) VALUES
    ('s1', 1, '860000000000001', now64(3) - 68000, now64(3) - 1800, false, 'parking', 52.1, 4.5),
    ('s2', 1, '860000000000002', now64(3) - 5000, now64(3) - 600, true, 'idling', 52.3, 4.8);
INSERT INTO driving_events (event_id, revision, imei, kind, start_time, end_time, severity, peak_mps2, source, sources, confidence, lat, lng, vehicle_class, threshold_mps2, gap_s, speed_before_kmh, speed_after_kmh, heading_change_deg, max_speed_kmh, limit_kmh, limit_source, distance_m) VALUES
    ('e1', 1, '860000000000001', 'harsh_braking', now64(3) - 400, now64(3) - 398, 'high', 6.1, 'gps', ['gps', 'device'], 'high', 52.25, 4.7, 'van', 4.0, 1, 62, 40, NULL, NULL, NULL, '', NULL),
    ('e2', 1, '860000000000001', 'speeding', now64(3) - 300, now64(3) - 200, 'medium', NULL, 'gps', ['gps'], 'measured', 52.26, 4.71, 'van', NULL, NULL, NULL, NULL, NULL, 89, 80, 'own', 2400),
    ('e3', 1, '860000000000002', 'harsh_cornering', now64(3) - 6000, now64(3) - 5998, 'low', 3.2, 'gps', ['gps'], 'measured', 52.3, 4.8, 'truck', 3.0, 2, 50, 45, 40, NULL, NULL, '', NULL),
    ('e4', 1, '860000000000001', 'idling', now64(3) - 900, now64(3) - 700, 'none', NULL, 'gps', ['gps'], 'measured', 52.2, 4.6, 'van', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', NULL);
INSERT INTO geofence_events (event_id, revision, imei, fence_id, fence_version, kind, at, confirmed_at, inferred, lat, lng, dwell_s, gap_s, speed_kmh) VALUES
    ('g1', 1, '860000000000001', 'depot', 1, 'enter', now64(3) - 1200, now64(3) - 1190, false, 52.1, 4.5, NULL, 2, 20),
    ('g2', 1, '860000000000001', 'depot', 1, 'exit', now64(3) - 900, now64(3) - 890, false, 52.11, 4.51, 300, 2, 30),
    ('g3', 1, '860000000000001', 'border', 1, 'enter', now64(3) - 300, now64(3) - 290, true, 52.26, 4.72, NULL, 10, 60),
    ('g4', 1, '860000000000002', 'depot', 1, 'enter', now64(3) - 50000, now64(3) - 49990, false, 52.3, 4.8, NULL, 2, 10),
    ('g5', 1, '860000000000002', 'depot', 1, 'exit', now64(3) - 9000, now64(3) - 8990, false, 52.3, 4.8, 41000, 2, 20);
INSERT INTO condition_events (event_id, revision, imei, kind, start_time, end_time, ongoing, channel, code, unit, value_before, value_after, lat, lng) VALUES
    ('c1', 1, '860000000000001', 'fuel_refuel', now64(3) - 1000, now64(3) - 900, false, '1', '', 'percent', 20, 60, 52.2, 4.6),
    ('c2', 1, '860000000000001', 'fault', now64(3) - 1200, now64(3) - 60, true, '', 'P0301', '', NULL, NULL, 52.1, 4.5);
INSERT INTO completeness (imei, hour, revision, account, cadence_s, expected_fixes, received_fixes, missing_fixes, first_by_push, first_by_poll, holes, asked_holes, longest_hole_s, reason) VALUES
    ('860000000000001', toStartOfHour(now64(0)), 1, 'a', 2, 899, 598, 301, 500, 98, 1, 1, 602, 'pending'),
    ('860000000000001', toStartOfHour(now64(0)) - 3600, 1, 'a', 2, 100, 100, 0, 100, 0, 0, 0, NULL, ''),
    ('860000000000002', toStartOfHour(now64(0)), 1, 'a', 10, 360, 350, 10, 350, 0, 1, 0, 100, 'not_at_platform');
INSERT INTO dead_letters (reason, error, topic, partition, offset, kind, imei, source, first_seen, value)
SELECT if(number % 3 = 0, 'invalid_time', 'no_imei'), 'gpsTime: no time', 'fleet.raw.v1', 0, number, 'pushgps', '', 'push', now64(3) - number * 20, '{}' FROM numbers(40);
INSERT INTO recompute_requests (imei, event_time, newest_time, received_time, source, kind, reason, raw_offset) VALUES
    ('860000000000002', now64(3) - 80000, now64(3) - 600, now64(3) - 500, 'push', 'pushgps', 'too_late', 9000);
-- What is counted from time to time, now.
SYSTEM REFRESH VIEW device_hours_recent;
SYSTEM WAIT VIEW device_hours_recent;
SYSTEM REFRESH VIEW cell_days_recent;
SYSTEM WAIT VIEW cell_days_recent;
SYSTEM REFRESH VIEW latency_recent;
SYSTEM WAIT VIEW latency_recent;
