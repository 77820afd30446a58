-- Rows whose answers can be worked out by hand. 2026-03-02, a day D, and 2026-03-03 are moved by the test to days that no
-- time-to-live has reached. Statements end with a semicolon at the end of a line.

-- Devices: 1 drives by hand, 2 stands with the engine on and drives with an odometer, 3 was never seen, 4 drives now, 5 is
-- parked now with a weak battery.
INSERT INTO devices (imei, name, group_name, vehicle_class, plate, updated_time) VALUES
    ('860000000000001', 'Van 1', 'north', 'van', 'A 1', now64(3)), ('860000000000002', 'Truck 2', 'south', 'truck', 'A 2', now64(3)),
    ('860000000000003', 'Car 3', 'south', 'car', '', now64(3)), ('860000000000004', 'Bus 4', 'north', 'bus', '', now64(3)), ('860000000000005', 'Van 5', 'north', 'van', '', now64(3));

-- 1: 30 fixes 10 s and 100.08 m apart, due north at 36 km/h, by push and, every third, by openapi.
INSERT INTO fixes (imei, fix_time, received_time, inserted_time, source, lat_e7, lng_e7, speed_kmh, heading_deg, acc, satellites, h3_r7, h3_r9, raw_offset)
WITH toDateTime64('2026-03-02 08:00:00', 0, 'UTC') + number * 10 AS at, 520000000 + number * 9000 AS lat
SELECT '860000000000001', at, at + toIntervalMillisecond(1500), at + 2, if(number % 3 = 2, 'openapi', 'push'), lat, 130000000, 36, 0, true, 9, geoToH3(lat / 1e7, 13., 7), geoToH3(lat / 1e7, 13., 9), number FROM numbers(30);

-- 1: brakes from 50 to 30 km/h within 2 s from 08:10:02 on, by 2.78 m/s² each second; a van's threshold is 2.3, medium 2.9.
INSERT INTO fixes (imei, fix_time, received_time, inserted_time, source, lat_e7, lng_e7, speed_kmh, heading_deg, acc, satellites, h3_r7, h3_r9, raw_offset)
WITH toDateTime64('2026-03-02 08:10:00', 0, 'UTC') + number AS at, 520300000 + [0, 1249, 2498, 3497, 4246, 4995, 5744][number + 1] AS lat
SELECT '860000000000001', at, at + toIntervalMillisecond(1500), at + 2, 'push', lat, 130000000, [50, 50, 50, 40, 30, 30, 30][number + 1], 0, true, 9, geoToH3(lat / 1e7, 13., 7), geoToH3(lat / 1e7, 13., 9), 100 + number FROM numbers(7);

-- 1: found again after 20 minutes, 0.05 degrees (5560 m) further north; one of the three fixes there is a jump to nowhere.
INSERT INTO fixes (imei, fix_time, received_time, inserted_time, source, lat_e7, lng_e7, speed_kmh, heading_deg, acc, satellites, quality, h3_r7, h3_r9, raw_offset) VALUES
    ('860000000000001', '2026-03-02 08:30:06', '2026-03-02 08:30:08', '2026-03-02 08:30:08.5', 'track_list', 520805744, 130000000, 0, 0, false, 9, [], geoToH3(52.0805744, 13., 7), geoToH3(52.0805744, 13., 9), 110),
    ('860000000000001', '2026-03-02 08:30:16', '2026-03-02 08:30:18', '2026-03-02 08:30:18.5', 'push', 420000000, 130000000, 0, 0, false, 9, ['jump'], geoToH3(42., 13., 7), geoToH3(42., 13., 9), 111),
    ('860000000000001', '2026-03-02 08:30:26', '2026-03-02 08:30:28', '2026-03-02 08:30:28.5', 'push', 520805744, 130000000, 0, 0, false, 9, [], geoToH3(52.0805744, 13., 7), geoToH3(52.0805744, 13., 9), 112);

-- The first fixes came again, one with other content.
INSERT INTO fix_repeats (imei, fix_time, received_time, source, conflict, raw_offset) VALUES
    ('860000000000001', '2026-03-02 08:00:00', '2026-03-02 08:05:00', 'track_list', false, 200), ('860000000000001', '2026-03-02 08:00:10', '2026-03-02 08:05:00', 'track_list', true, 201),
    ('860000000000001', '2026-03-02 08:00:00', '2026-03-02 08:00:03', 'openapi', false, 202);

-- 2: a fix a minute for 31 minutes, at rest with the ignition on; on the next day five more, 1 km apart by the odometer.
INSERT INTO fixes (imei, fix_time, received_time, inserted_time, source, lat_e7, lng_e7, speed_kmh, acc, odometer_m, h3_r7, h3_r9, raw_offset)
WITH toDateTime64('2026-03-02 09:00:00', 0, 'UTC') + number * 60 AS at
SELECT '860000000000002', at, at + 4, at + 5, 'push', 500000000, 80000000, 0, true, 5000000, geoToH3(50., 8., 7), geoToH3(50., 8., 9), 300 + number FROM numbers(31);
INSERT INTO fixes (imei, fix_time, received_time, inserted_time, source, lat_e7, lng_e7, speed_kmh, acc, odometer_m, h3_r7, h3_r9, raw_offset)
WITH toDateTime64('2026-03-03 10:00:00', 0, 'UTC') + number * 60 AS at, 500000000 + number * 90000 AS lat
SELECT '860000000000002', at, at + 4, at + 5, 'push', lat, 80000000, 60, true, 5000000 + number * 1000, geoToH3(lat / 1e7, 8., 7), geoToH3(lat / 1e7, 8., 9), 400 + number FROM numbers(5);

-- 4 and 5: now. Received 2 s after the fix, inserted half a second later.
INSERT INTO fixes (imei, fix_time, received_time, inserted_time, source, lat_e7, lng_e7, speed_kmh, acc, h3_r7, h3_r9, raw_offset) VALUES
    ('860000000000004', now64(0) - 65, toDateTime64(now64(0) - 65, 3) + 2, toDateTime64(now64(0) - 65, 3) + toIntervalMillisecond(2500), 'push', 480000000, 110000000, 42, true, geoToH3(48., 11., 7), geoToH3(48., 11., 9), 500),
    ('860000000000005', now64(0) - 65, toDateTime64(now64(0) - 65, 3) + 2, toDateTime64(now64(0) - 65, 3) + toIntervalMillisecond(2500), 'openapi', 480000000, 120000000, 0, false, geoToH3(48., 12., 7), geoToH3(48., 12., 9), 501);
INSERT INTO heartbeats (imei, event_time, received_time, source, battery_percent, charging, raw_offset) VALUES ('860000000000005', now64(3) - 31, now64(3) - 30, 'push', 7, false, 510);

-- What the enricher found: the braking of 1, as the history has it, and one of 2 by the device alone.
INSERT INTO driving_events (event_id, revision, retracted, imei, kind, start_time, end_time, severity, peak_mps2, source, sources, confidence, rule_version, lat, lng, raw_offset) VALUES
    ('d1', 1, false, '860000000000001', 'harsh_braking', '2026-03-02 08:10:02', '2026-03-02 08:10:03', 'low', 2.7777777777777777, 'gps', ['gps'], 'measured', 'default-1', 52.0303497, 13, 600),
    ('d1', 2, false, '860000000000001', 'harsh_braking', '2026-03-02 08:10:02', '2026-03-02 08:10:04', 'low', 2.7777777777777777, 'gps', ['gps'], 'measured', 'default-1', 52.0303497, 13, 601),
    ('d2', 1, false, '860000000000001', 'harsh_cornering', '2026-03-02 08:03:00', '2026-03-02 08:03:02', 'high', 4.5, 'gps', ['gps'], 'measured', 'older-1', 52.0162, 13, 602),
    ('d3', 1, false, '860000000000002', 'harsh_braking', '2026-03-03 10:02:00', '2026-03-03 10:02:00', 'medium', NULL, 'device', ['device'], 'high', 'default-1', 50.018, 8, 603),
    ('d4', 1, false, '860000000000002', 'harsh_braking', '2026-03-03 10:03:00', '2026-03-03 10:03:00', 'high', 5, 'gps', ['gps'], 'measured', 'default-1', 50.027, 8, 604),
    ('d4', 2, true, '860000000000002', 'harsh_braking', '2026-03-03 10:03:00', '2026-03-03 10:03:00', 'high', 5, 'gps', ['gps'], 'measured', 'default-1', 50.027, 8, 605);
-- 1: 60 km on D, half of its driving observable. 2: from 23:00 on D to 01:00, 100 km, all observable; half of it on each day.
INSERT INTO trips (trip_id, revision, retracted, imei, start_time, end_time, ongoing, distance_m, odometer_distance_m, max_speed_kmh, idle_s, driving_s, observable_s, observable_share, end_reason, raw_offset) VALUES
    ('t1', 1, false, '860000000000001', '2026-03-02 07:00:00', '2026-03-02 07:30:00', true, 30000, NULL, 90, 0, 1800, 900, 0.5, '', 610),
    ('t1', 2, false, '860000000000001', '2026-03-02 07:00:00', '2026-03-02 08:30:00', false, 60000, NULL, 110, 600, 4800, 2400, 0.5, 'ignition_off', 611),
    ('t2', 1, false, '860000000000002', '2026-03-02 23:00:00', '2026-03-03 01:00:00', false, 100000, 101000, 85, 1200, 6000, 6000, 1, 'rest', 612);
-- 2 idles for half an hour on D; 1 parks from 08:30 on D for 24 hours.
INSERT INTO stops (stop_id, revision, retracted, imei, start_time, end_time, kind, lat, lng, raw_offset) VALUES
    ('s1', 1, false, '860000000000002', '2026-03-02 09:00:00', '2026-03-02 09:30:00', 'idling', 50, 8, 620),
    ('s2', 1, false, '860000000000001', '2026-03-02 08:30:00', '2026-03-03 08:30:00', 'parking', 52.0805744, 13, 621);
-- What the platform says of the day of 1: 5.7 km, asked twice; and a trip report of 5.4 km.
INSERT INTO messages (imei, kind, received_time, begin_time, end_time, distance_m, raw_offset) VALUES
    ('860000000000001', 'poll.track_mileage', '2026-03-02 09:00:00', '2026-03-02 07:00:00', '2026-03-02 08:00:00', 4000, 630), ('860000000000001', 'poll.track_mileage', '2026-03-02 10:00:00', '2026-03-02 07:00:00', '2026-03-02 09:00:00', 5700, 631),
    ('860000000000001', 'pushtripreport', '2026-03-02 09:00:00', '2026-03-02 07:00:00', '2026-03-02 08:30:00', 5400, 632);

-- Fences: yard (defined), gone (deleted), in-only (tells entries only).
INSERT INTO fences (fence_id, version, name, deleted, settings, updated_time) VALUES ('yard', 1, 'Yard', false, '', now64(3)), ('gone', 2, 'Gone', true, '', now64(3)), ('in-only', 1, 'Gate', false, '{"tell":["enter"]}', now64(3));
-- 1 is in the yard from 08:00 to 08:20, unknown for 5 minutes of it; passes through it, without a fix, at 09:00; and comes in
-- again at 23:30, until 00:15. 2 is in it since before it was known, leaves and is found again, lost since. The deleted fence
-- and the one that tells no exits have no end. f8 did not happen after all.
INSERT INTO geofence_events (event_id, revision, retracted, imei, fence_id, kind, at, confirmed_at, inferred, lat, lng, dwell_s, raw_offset) VALUES
    ('f1', 1, false, '860000000000001', 'yard', 'enter', '2026-03-02 08:00:00', '2026-03-02 08:00:10', false, 52, 13, NULL, 640),
    ('f2', 1, false, '860000000000001', 'yard', 'dwell', '2026-03-02 08:05:00', '2026-03-02 08:05:00', false, 52, 13, 300, 641),
    ('f3', 1, false, '860000000000001', 'yard', 'unknown', '2026-03-02 08:10:00', '2026-03-02 08:40:00', false, 52, 13, NULL, 642),
    ('f4', 1, false, '860000000000001', 'yard', 'inside_again', '2026-03-02 08:15:00', '2026-03-02 08:15:00', false, 52, 13, NULL, 643),
    ('f5', 1, false, '860000000000001', 'yard', 'exit', '2026-03-02 08:20:00', '2026-03-02 08:21:00', false, 52, 13, 1200, 644),
    ('f6', 1, false, '860000000000001', 'yard', 'enter', '2026-03-02 09:00:00', '2026-03-02 09:00:20', true, 52, 13, NULL, 645),
    ('f7', 1, false, '860000000000001', 'yard', 'exit', '2026-03-02 09:00:06', '2026-03-02 09:00:20', true, 52, 13, 6, 646),
    ('f8', 1, false, '860000000000001', 'yard', 'enter', '2026-03-02 12:00:00', '2026-03-02 12:00:20', false, 52, 13, NULL, 647), ('f8', 2, true, '860000000000001', 'yard', 'enter', '2026-03-02 12:00:00', '2026-03-02 12:00:20', false, 52, 13, NULL, 648),
    ('f9', 1, false, '860000000000001', 'yard', 'enter', '2026-03-02 23:30:00', '2026-03-02 23:30:10', false, 52, 13, NULL, 649),
    ('f10', 1, false, '860000000000001', 'yard', 'exit', '2026-03-03 00:15:00', '2026-03-03 00:16:00', false, 52, 13, 2700, 650),
    ('f11', 1, false, '860000000000002', 'yard', 'inside_at_start', '2026-03-02 09:00:00', '2026-03-02 09:00:00', false, 50, 8, NULL, 651),
    ('f12', 1, false, '860000000000002', 'yard', 'inside_at_close', '2026-03-02 18:00:00', '2026-03-02 18:10:00', false, 50, 8, 32400, 652),
    ('f13', 1, false, '860000000000002', 'yard', 'inside_at_open', '2026-03-03 06:00:00', '2026-03-03 06:01:00', false, 50, 8, NULL, 653),
    ('f14', 1, false, '860000000000002', 'yard', 'unknown', '2026-03-03 10:04:00', '2026-03-03 10:34:00', false, 50, 8, NULL, 654),
    ('f15', 1, false, '860000000000002', 'gone', 'enter', '2026-03-02 10:00:00', '2026-03-02 10:00:00', false, 50, 8, NULL, 655),
    ('f16', 1, false, '860000000000002', 'in-only', 'enter', '2026-03-02 11:00:00', '2026-03-02 11:00:00', false, 50, 8, NULL, 656),
    ('f17', 1, false, '860000000000002', 'late', 'exit', '2026-03-02 13:00:00', '2026-03-02 13:00:00', false, 50, 8, 600, 657);
-- Alarms of fences: the entry of 1 at 08:00 40 s late by the same fence; its exit at 08:20 by a fence that only the platform
-- knows; an entry at 15:00 that nobody else saw; an SOS, an alarm that no name is known of, and one of a device's own braking.
INSERT INTO alarms (imei, event_time, received_time, source, msg_class, code, fence_id, raw_offset) VALUES
    ('860000000000001', '2026-03-02 08:00:40', '2026-03-02 08:00:42', 'push', 0, 'in', 'yard', 660), ('860000000000001', '2026-03-02 08:19:30', '2026-03-02 08:20:42', 'push', 0, 'out', 'p-77', 661),
    ('860000000000002', '2026-03-02 15:00:00', '2026-03-02 15:00:02', 'push', 0, '4', '', 662), ('860000000000001', '2026-03-02 08:21:00', '2026-03-02 08:21:02', 'push', 0, '1', '', 663),
    ('860000000000001', '2026-03-02 08:22:00', '2026-03-02 08:22:02', 'push', 0, 'no-such-alarm', '', 664), ('860000000000002', '2026-03-03 10:02:00', '2026-03-03 10:02:02', 'push', 0, '48', '', 665);

-- The bus of 1: two hours; fuel of 2: filled in from 20 to 80 %.
INSERT INTO obd (imei, event_time, received_time, source, coolant_c, battery_v, rpm, fuel_percent, raw_offset) VALUES
    ('860000000000001', '2026-03-02 08:00:00', '2026-03-02 08:00:01', 'push', 70, 12.6, 900, 50, 670), ('860000000000001', '2026-03-02 08:30:00', '2026-03-02 08:30:01', 'push', 91, 14, 2500, 48, 671),
    ('860000000000001', '2026-03-02 09:10:00', '2026-03-02 09:10:01', 'push', NULL, 12.2, NULL, NULL, 672);
INSERT INTO sensors (imei, event_time, received_time, source, kind, channel, value, unit, raw_offset) VALUES
    ('860000000000002', '2026-03-02 09:00:00', '2026-03-02 09:00:01', 'push', 'fuel', '1', 21, 'percent', 680), ('860000000000002', '2026-03-02 09:10:00', '2026-03-02 09:10:01', 'push', 'fuel', '1', 79, 'percent', 681);
INSERT INTO condition_events (event_id, revision, retracted, imei, kind, start_time, end_time, ongoing, channel, code, unit, value_before, value_after, raw_offset) VALUES
    ('c1', 1, false, '860000000000002', 'fuel_refuel', '2026-03-02 09:02:00', '2026-03-02 09:08:00', false, '1', '', 'percent', 20, 80, 690),
    ('c2', 1, false, '860000000000001', 'fault', '2026-03-02 08:00:00', '2026-03-02 08:30:00', true, '', 'P0301', '', NULL, NULL, 691),
    ('c3', 1, false, '860000000000001', 'fault', '2026-03-02 08:00:00', '2026-03-02 08:10:00', true, '', 'P0420', '', NULL, NULL, 692), ('c3', 2, false, '860000000000001', 'fault', '2026-03-02 08:00:00', '2026-03-02 08:20:00', false, '', 'P0420', '', NULL, NULL, 693);

-- Completeness: 1 made 50 fixes in its hour, of which 10 are missing; of 2 nothing tells.
INSERT INTO completeness (imei, hour, revision, expected_fixes, received_fixes, missing_fixes, first_by_push, first_by_poll, holes, asked_holes, longest_hole_s, reason) VALUES
    ('860000000000001', '2026-03-02 08:00:00', 1, 50, 30, 20, 30, 0, 1, 0, 1200, 'pending'), ('860000000000001', '2026-03-02 08:00:00', 2, 50, 40, 10, 39, 1, 1, 1, 1200, 'not_at_platform'),
    ('860000000000002', '2026-03-02 09:00:00', 1, NULL, 31, 0, 31, 0, 0, 0, NULL, '');
INSERT INTO dead_letters (reason, error, topic, partition, offset, kind, imei, first_seen, value) VALUES
    ('position_invalid', 'lat is 95', 'fleet.raw.v1', 0, 1, 'pushgps', '860000000000001', '2026-03-02 08:00:00', 'a'), ('position_invalid', 'lat is 95', 'fleet.raw.v1', 0, 2, 'pushgps', '860000000000001', '2026-03-02 09:00:00', 'b'),
    ('no_imei', 'no imei', 'fleet.raw.v1', 0, 3, 'pushalarm', '', '2026-03-02 10:00:00', 'c');
