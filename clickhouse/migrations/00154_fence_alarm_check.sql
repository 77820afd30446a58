-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW fence_alarm_check
(
    imei          String,
    direction     LowCardinality(String) COMMENT 'in or out',
    seen_by       LowCardinality(String) COMMENT 'both, ours_only or platform_only',
    day           Date COMMENT 'UTC, of our event, else of the alarm',
    fence_id      String COMMENT 'of our event, else of the alarm',
    matched_by    LowCardinality(String) COMMENT 'of both: id (the alarm names the same fence) or time (it names none that is known here)',
    our_time      Nullable(DateTime64(3, 'UTC')) COMMENT 'when the edge was crossed, by Odograph',
    platform_time Nullable(DateTime64(3, 'UTC')) COMMENT 'when the alarm says it happened',
    difference_s  Nullable(Float64) COMMENT 'seconds from our_time to platform_time',
    inferred      Nullable(Bool) COMMENT 'no fix was inside: it passed through between two fixes',
    event_id      String COMMENT 'of our event',
    alarm_code    String COMMENT 'of the alarm',
    alarm_fence   String COMMENT 'fence that the alarm names, in the words of the platform'
)
AS
WITH
    ours AS
    (
        SELECT imei, event_id, fence_id, at, inferred, if(kind = 'enter', 'in', 'out') AS direction
        FROM geofence_events FINAL
        WHERE kind IN ('enter', 'exit')
    ),
    theirs AS
    (
        SELECT imei, event_time, toString(code) AS code, fence_id, if(kind = 'fence_enter', 'in', 'out') AS direction, (raw_partition, raw_offset) AS id,
            dictHas('fences_dict', fence_id) AS known
        FROM alarms_named
        WHERE kind IN ('fence_enter', 'fence_exit')
    ),
    pairs AS
    (
        -- Each takes the nearest of the other side that takes it as well.
        SELECT event_id, id, by_id, difference_ms,
            row_number() OVER (PARTITION BY event_id ORDER BY by_id DESC, abs(difference_ms), id) AS for_event,
            row_number() OVER (PARTITION BY id ORDER BY by_id DESC, abs(difference_ms), event_id) AS for_alarm
        FROM
        (
            SELECT o.event_id AS event_id, t.id AS id, t.fence_id = o.fence_id AS by_id, dateDiff('millisecond', o.at, t.event_time) AS difference_ms
            FROM ours AS o
            INNER JOIN (SELECT *, arrayJoin([-1, 0, 1]) + intDiv(toUnixTimestamp64Milli(event_time), 300000) AS slot FROM theirs) AS t
                ON t.imei = o.imei AND t.direction = o.direction AND t.slot = intDiv(toUnixTimestamp64Milli(o.at), 300000)
            WHERE abs(difference_ms) <= 300000 AND (by_id OR NOT t.known)
        )
    ),
    matched AS (SELECT event_id, id, by_id, difference_ms FROM pairs WHERE for_event = 1 AND for_alarm = 1)
SELECT o.imei AS imei, o.direction AS direction, if(m.event_id = '', 'ours_only', 'both') AS seen_by, toDate(o.at, 'UTC') AS day, o.fence_id AS fence_id,
    multiIf(m.event_id = '', '', m.by_id, 'id', 'time') AS matched_by,
    o.at AS our_time, if(m.event_id = '', NULL, o.at + toIntervalMillisecond(m.difference_ms)) AS platform_time, if(m.event_id = '', NULL, m.difference_ms / 1000) AS difference_s,
    o.inferred AS inferred, o.event_id AS event_id, m.code AS alarm_code, m.alarm_fence AS alarm_fence
FROM ours AS o
LEFT JOIN (SELECT m.event_id AS event_id, m.by_id AS by_id, m.difference_ms AS difference_ms, t.code AS code, t.fence_id AS alarm_fence FROM matched AS m INNER JOIN theirs AS t ON t.id = m.id) AS m
    ON m.event_id = o.event_id
UNION ALL
SELECT imei, direction, 'platform_only', toDate(event_time, 'UTC'), fence_id, '', NULL, event_time, NULL, NULL, '', code, fence_id
FROM theirs
WHERE id NOT IN (SELECT id FROM matched)
COMMENT 'One row is one entry or exit, as Odograph found it and as the platform raised an alarm of it, paired where they are at most 300 s apart';
