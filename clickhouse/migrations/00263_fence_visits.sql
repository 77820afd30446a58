-- +goose NO TRANSACTION
-- +goose Up
-- In place of the one of 00152: a visit ends before the one that begins in the same moment.
CREATE OR REPLACE VIEW fence_visits
(
    imei            String,
    fence_id        String,
    fence_name      String COMMENT 'of the definition that holds today; empty where the fence is deleted',
    state           LowCardinality(String) COMMENT 'ended; inside (goes on); unknown (goes on, as far as anybody knows: no sign of life for long); dropped (the fence was deleted meanwhile); no_end (its end is not told: by the definition of the fence, or because another visit began after it)',
    ongoing         Bool COMMENT 'state is inside or unknown',
    start_time      Nullable(DateTime64(3, 'UTC')) COMMENT 'when it came in, or when it was found inside, see begin_kind; where no beginning was told, end_time less the dwell time of the end',
    end_time        Nullable(DateTime64(3, 'UTC')) COMMENT 'when it left; NULL where no end was told',
    duration_s      Nullable(Float64) COMMENT 'seconds from start to end, or until now while it goes on; NULL of dropped and no_end',
    unknown_s       Float64 COMMENT 'seconds of it in which nobody knew whether it was still inside',
    unknown_periods Array(Tuple(DateTime64(3, 'UTC'), DateTime64(3, 'UTC'))) COMMENT 'these times, from and to',
    begin_kind      LowCardinality(String) COMMENT 'enter, inside_at_start, inside_at_open; empty where no beginning was told',
    end_kind        LowCardinality(String) COMMENT 'exit, inside_at_close; empty where no end was told',
    inferred        Bool COMMENT 'no fix was inside: the straight way between two fixes passes through the fence',
    longest_dwell_s Nullable(Float64) COMMENT 'longest of the dwell times of the fence that it passed, seconds',
    begin_event_id  String COMMENT 'of geofence_events',
    end_event_id    String COMMENT 'of geofence_events',
    lat             Nullable(Float64) COMMENT 'degrees, WGS-84, of the beginning, or else of the end',
    lng             Nullable(Float64) COMMENT 'degrees, WGS-84'
)
AS
WITH now64(3, 'UTC') AS now
SELECT
    imei, fence_id, dictGetOrDefault('fences_dict', 'name', fence_id, '') AS fence_name,
    multiIf(end_event_id != '', 'ended', NOT newest OR fence_id IN (SELECT f.fence_id FROM fences_now AS f WHERE notEmpty(JSONExtractArrayRaw(f.settings, 'tell')) AND NOT has(JSONExtract(f.settings, 'tell', 'Array(String)'), 'exit')), 'no_end', NOT dictHas('fences_dict', fence_id), 'dropped', last_kind = 'unknown', 'unknown', 'inside') AS state,
    (state IN ('inside', 'unknown'))::Bool AS ongoing,
    multiIf(begin_event_id != '', begin_at, end_dwell_s IS NOT NULL, end_at - toIntervalMillisecond(toInt64(end_dwell_s * 1000)), NULL) AS start_time,
    if(end_event_id = '', NULL, end_at) AS end_time,
    multiIf(start_time IS NULL, NULL, state = 'ended', dateDiff('millisecond', start_time, end_at) / 1000, ongoing, dateDiff('millisecond', start_time, now) / 1000, NULL) AS duration_s,
    arraySum(p -> dateDiff('millisecond', p.1, p.2) / 1000, unknown_periods) AS unknown_s,
    arrayFilter(p -> p.2 > p.1, arrayMap(t -> (t, ifNull(arrayMin(arrayFilter(u -> u >= t, known_at)), if(state = 'ended', end_at, if(ongoing, now, t)))), unknown_at)) AS unknown_periods,
    begin_kind, end_kind, inferred, longest_dwell_s, begin_event_id, end_event_id,
    if(begin_event_id != '', begin_lat, end_lat) AS lat, if(begin_event_id != '', begin_lng, end_lng) AS lng
FROM
(
    SELECT imei, fence_id, visit,
        anyIf(event_id, begins) AS begin_event_id, anyIf(at, begins) AS begin_at, anyIf(kind, begins) AS begin_kind, anyIf(lat, begins) AS begin_lat, anyIf(lng, begins) AS begin_lng,
        anyIf(event_id, ends) AS end_event_id, anyIf(at, ends) AS end_at, anyIf(kind, ends) AS end_kind, anyIf(lat, ends) AS end_lat, anyIf(lng, ends) AS end_lng,
        anyIf(dwell_s, ends) AS end_dwell_s,
        maxOrNullIf(dwell_s, kind = 'dwell') AS longest_dwell_s,
        max(inferred) AS inferred,
        argMax(kind, (at, confirmed_at, place)) AS last_kind,
        groupArrayIf(at, kind = 'unknown') AS unknown_at,
        groupArrayIf(toNullable(at), kind = 'inside_again') AS known_at,
        max(visit) OVER (PARTITION BY imei, fence_id) = visit AS newest
    FROM
    (
        SELECT imei, fence_id, event_id, kind, at, confirmed_at, inferred, lat, lng, dwell_s, begins, ends, place,
            sum(begins) OVER (PARTITION BY imei, fence_id ORDER BY at, place, confirmed_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
                + sum(ends) OVER (PARTITION BY imei, fence_id ORDER BY at, place, confirmed_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS visit
        FROM
        (
            SELECT imei, fence_id, event_id, kind, at, confirmed_at, inferred, lat, lng, dwell_s,
                kind IN ('enter', 'inside_at_start', 'inside_at_open') AS begins, kind IN ('exit', 'inside_at_close') AS ends, if(ends, if(ifNull(dwell_s, 0) > 0, -1, 2), 1 - begins) AS place
            FROM geofence_events FINAL
        )
    )
    GROUP BY imei, fence_id, visit
    HAVING begin_event_id != '' OR end_event_id != ''
)
COMMENT 'One row is one visit of a device to a geofence, from its beginning to its end, also those that go on';
