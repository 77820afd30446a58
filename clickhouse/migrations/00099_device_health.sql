-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW device_health AS
WITH now64(3, 'UTC') AS now
SELECT
    ids.imei AS imei,
    d.name AS name,
    d.plate AS plate,
    d.group_name AS group_name,
    c.contact_time AS last_contact_time,
    c.heartbeat_time AS last_heartbeat_time,
    c.fix_time AS last_fix_time,
    if(c.fix_time IS NULL, NULL, c.lat_e7 / 1e7) AS lat,
    if(c.fix_time IS NULL, NULL, c.lng_e7 / 1e7) AS lng,
    c.login_time AS last_login_time,
    c.logout_time AS last_logout_time,
    (ifNull(c.logout_received_time >= c.contact_time, c.logout_time IS NOT NULL) AND ifNull(c.logout_time >= c.login_time, c.logout_time IS NOT NULL))::Bool AS logged_out,
    (NOT logged_out AND ifNull(c.contact_time >= now - toIntervalSecond(s.online_within_s), false))::Bool AS online,
    if(online OR c.contact_time IS NULL, NULL, dateDiff('second', c.contact_time, now)) AS offline_s,
    c.acc AS acc,
    c.battery_percent AS battery_percent,
    c.charging AS charging,
    c.gsm_signal AS gsm_signal,
    (online AND ifNull(c.fix_time < now - toIntervalSecond(if(ifNull(c.acc, false), s.stale_moving_s, s.stale_parked_s)), true))::Bool AS stale_position_while_online,
    if(a.tamper_time >= now - toIntervalDay(s.alarm_days), a.tamper_time, NULL) AS last_tamper_alarm_time,
    if(a.tamper_time >= now - toIntervalDay(s.alarm_days), a.tamper_kind, NULL) AS last_tamper_alarm_kind,
    if(a.jamming_time >= now - toIntervalDay(s.alarm_days), a.jamming_time, NULL) AS last_jamming_alarm_time,
    if(a.jamming_time >= now - toIntervalDay(s.alarm_days), a.jamming_kind, NULL) AS last_jamming_alarm_kind,
    d.expires_time AS expires_time,
    arrayFilter(p -> p != '', [
        multiIf(c.contact_time IS NULL AND c.logout_time IS NULL, 'never_seen', logged_out, 'logged_out', NOT online, 'offline', ''),
        if(stale_position_while_online, 'stale_position', ''),
        if(last_tamper_alarm_time IS NOT NULL, 'tamper_alarm', ''),
        if(last_jamming_alarm_time IS NOT NULL, 'jamming_alarm', ''),
        if(ifNull(c.battery_percent < s.battery_low_percent, false) AND NOT ifNull(c.charging, false), 'battery_low', ''),
        if(ifNull(d.expires_time < now, false), 'subscription_expired', ''),
        if(s.version IS NULL, 'no_health_settings', '')
    ]) AS problems
FROM (SELECT imei FROM device_contacts WHERE imei != '' UNION DISTINCT SELECT imei FROM devices_now) AS ids
LEFT JOIN
(
    SELECT imei, max(r.contact_time) AS contact_time, max(r.heartbeat_time) AS heartbeat_time, max(r.fix_time) AS fix_time, max(r.login_time) AS login_time,
        max(r.logout_time) AS logout_time, max(r.logout_received_time) AS logout_received_time, argMaxMerge(r.lat_e7) AS lat_e7, argMaxMerge(r.lng_e7) AS lng_e7,
        argMaxMerge(r.acc) AS acc, argMaxMerge(r.battery_percent) AS battery_percent, argMaxMerge(r.charging) AS charging, argMaxMerge(r.gsm_signal) AS gsm_signal
    FROM device_contacts AS r
    GROUP BY imei
) AS c ON c.imei = ids.imei
LEFT JOIN
(
    SELECT imei,
        maxOrNullIf(last_time, kind IN ('tamper', 'device_removed', 'device_pulled_out', 'cover_open', 'unauthorised_opening', 'unplugged', 'power_cut')) AS tamper_time,
        argMaxOrNullIf(kind, last_time, kind IN ('tamper', 'device_removed', 'device_pulled_out', 'cover_open', 'unauthorised_opening', 'unplugged', 'power_cut')) AS tamper_kind,
        maxOrNullIf(last_time, kind IN ('gps_jamming', 'lte_jamming', 'pseudo_base_station')) AS jamming_time,
        argMaxOrNullIf(kind, last_time, kind IN ('gps_jamming', 'lte_jamming', 'pseudo_base_station')) AS jamming_kind
    FROM device_alarms_now
    GROUP BY imei
) AS a ON a.imei = ids.imei
LEFT JOIN devices_now AS d ON d.imei = ids.imei
CROSS JOIN health_settings_now AS s
COMMENT 'One row is one device and how it is now: contact, position, battery, alarms, and its problems in words';
