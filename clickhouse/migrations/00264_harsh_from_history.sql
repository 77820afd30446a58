-- +goose NO TRANSACTION
-- +goose Up
-- In place of the one of 00175: rules that are not there are an error, not an empty answer.
-- The rules of pkg/driving over stored fixes, in the same steps and with the same
-- names. Where the outcome may differ stands in docs/views.md.
CREATE OR REPLACE VIEW harsh_from_history
(
    imei             String,
    kind             String COMMENT 'harsh_braking, harsh_acceleration or harsh_cornering',
    start_time       DateTime64(3, 'UTC') COMMENT 'first fix of the first pair of fixes that passed its threshold',
    end_time         DateTime64(3, 'UTC') COMMENT 'second fix of the last one',
    severity         LowCardinality(String) COMMENT 'low, medium or high, by the fixes alone: an alarm of the device may raise the stored one',
    peak_mps2        Float64 COMMENT 'm/s², mean over the gap of the peak',
    threshold_mps2   Float64 COMMENT 'm/s² that had to be passed over this gap',
    gap_s            Int64 COMMENT 'seconds between the two fixes of the peak',
    speed_before_kmh Float64 COMMENT 'km/h, at the first fix of the peak',
    speed_after_kmh  Float64 COMMENT 'km/h, at the second',
    peak_heading_change_deg Nullable(Int64) COMMENT 'degrees, of a cornering, within the peak, positive to the right',
    heading_change_deg      Nullable(Int64) COMMENT 'degrees, of a cornering, over the whole event',
    lat              Float64 COMMENT 'degrees, WGS-84, of the second fix of the peak',
    lng              Float64 COMMENT 'degrees, WGS-84',
    confidence       LowCardinality(String) COMMENT 'measured or inferred',
    vehicle_class    String COMMENT 'whose thresholds were taken, by the definition that holds today',
    rule_version     String
)
AS
WITH
    (
        SELECT argMax(tuple(rule_version, measured_gap_s, inferred_gap_s, corner_gap_s, min_speed_kmh, min_corner_kmh, min_corner_deg, max_turn_deg_s, min_run_fixes, min_satellites, require_ignition,
                implied_speed_kmh, speed_vs_distance, distance_slack_m, max_abs_mps2, held_position_m, held_quarantine_s, held_min_speed_kmh, damping_s, merge_s, cooldown_s), loaded_time)
            ::Tuple(version String, measured_gap_s Int64, inferred_gap_s Int64, corner_gap_s Int64, min_speed_kmh Float64, min_corner_kmh Float64, min_corner_deg Float64, max_turn_deg_s Float64,
                min_run_fixes UInt64, min_satellites Int32, require_ignition Bool, implied_speed_kmh Float64, speed_vs_distance Float64, distance_slack_m Float64, max_abs_mps2 Float64,
                held_position_m Float64, held_quarantine_s Int64, held_min_speed_kmh Float64, damping_s Float64, merge_s Int64, cooldown_s Int64)
        FROM driving_rules FINAL
        WHERE {rule_version:String} IN ('', rule_version)
        HAVING throwIf(count() = 0, 'driving_rules has no rules of this rule_version: odograph rules --sql writes them') = 0
    ) AS r,
    (SELECT min(low_mps2) FROM driving_thresholds FINAL WHERE rule_version = r.version) AS least_mps2,
    -- Speeds in 0.1 km/h and headings in whole degrees, as the detector has them; -1 where not known.
    entries AS
    (
        SELECT imei, toUnixTimestamp64Second(fix_time) AS t, lat, lng, round(assumeNotNull(speed_kmh) * 10)::Int64 AS v, if(heading_deg BETWEEN 0 AND 360, round(assumeNotNull(heading_deg))::Int64 % 360, -1) AS h,
            ifNull(satellites BETWEEN 0 AND r.min_satellites - 1, false) OR (r.require_ignition AND ifNull(NOT acc, false)) AS gated
        FROM fixes FINAL
        WHERE ({imei:String} = '' OR imei = {imei:String})
            AND fix_time >= {from:DateTime64(0, 'UTC')} - toIntervalHour(1) AND fix_time < {to:DateTime64(0, 'UTC')} + toIntervalMinute(2)
            AND NOT hasAny(quality, ['zero_position', 'no_fix', 'lbs', 'wifi', 'jump']) AND pos_type != 'beacon' AND ifNull(post_method, 0) NOT IN (4, 5, 10, 13, 14)
            AND speed_kmh >= 0 AND speed_kmh <= r.implied_speed_kmh
    ),
    -- Each fix beside the one before it (b…) and the one before that (bb…).
    steps AS
    (
        SELECT *, t - bt AS gap, bt = 0 OR gap > r.inferred_gap_s AS restart,
            if(restart, 0, (v - bv) / 36 / (gap + r.damping_s)) AS a,
            if(bbt = 0 OR t - bbt > r.inferred_gap_s, 0, abs((v - bbv) / 36 / (t - bbt + r.damping_s))) AS a_over_two,
            abs(a) > r.max_abs_mps2 AS leap
        FROM
        (
            SELECT *, lagInFrame(t) OVER w AS bt, lagInFrame(v) OVER w AS bv, lagInFrame(h) OVER w AS bh, lagInFrame(lat) OVER w AS blat, lagInFrame(lng) OVER w AS blng,
                lagInFrame(gated) OVER w AS bgated, lagInFrame(t, 2) OVER w AS bbt, lagInFrame(v, 2) OVER w AS bbv
            FROM entries
            WINDOW w AS (PARTITION BY imei ORDER BY t ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
        )
    ),
    -- After a leap of the speed the next fix decides: nearer to the one that leapt,
    -- the speed has moved for good and is compared; else that one was wrong.
    pairs AS
    (
        SELECT *, NOT restart AND NOT leap AND (NOT after_leap OR abs(a) < a_over_two) AS compared,
            NOT restart AND lat = blat AND lng = blng AS held,
            sum(restart) OVER w AS stretch, sum(NOT held) OVER w AS held_stretch,
            if(held AND least(v, bv) >= r.held_min_speed_kmh * 10, intDiv(least(v, bv) * gap * 100, 36), 0) AS held_cm
        FROM (SELECT *, lagInFrame(leap) OVER (PARTITION BY imei ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS after_leap FROM steps)
        WINDOW w AS (PARTITION BY imei ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    judged AS
    (
        SELECT *, max(if(held AND held_sum_cm >= r.held_position_m * 100, t + r.held_quarantine_s, 0)) OVER (PARTITION BY imei ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS held_until
        FROM
        (
            SELECT *, row_number() OVER (PARTITION BY imei, stretch ORDER BY t) AS run,
                sum(held_cm) OVER (PARTITION BY imei, held_stretch ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS held_sum_cm
            FROM pairs
        )
    ),
    -- Only pairs that may be an event or belong to a turn, with their thresholds.
    measured AS
    (
        SELECT p.imei AS imei, p.t AS t, p.bt AS bt, p.gap AS gap, p.v AS v, p.bv AS bv, p.lat AS lat, p.lng AS lng, p.turned AS turned, p.turns AS turns, p.vehicle_class AS vehicle_class,
            if(p.a < 0, 'harsh_braking', 'harsh_acceleration') AS kind, abs(p.a) AS size, s.low_mps2 AS low, s.medium_mps2 AS medium, s.high_mps2 AS high,
            p.corner_size AS corner_size, c.low_mps2 AS corner_low, c.medium_mps2 AS corner_medium, c.high_mps2 AS corner_high,
            p.run < r.min_run_fixes OR p.gated OR p.bgated OR (p.held AND (p.v + p.bv) * p.gap >= 100) OR p.t < p.held_until
                OR p.way > r.implied_speed_kmh / 3.6 * p.gap OR (abs(p.way - p.driven) > r.distance_slack_m AND abs(p.way - p.driven) > r.speed_vs_distance * p.driven) AS fault,
            low > 0 AND size >= low AND NOT fault AND greatest(v, bv) >= r.min_speed_kmh * 10 AS passes,
            corner_low > 0 AND corner_size >= corner_low AS corner_passes,
            corner_passes AND NOT fault AND greatest(v, bv) >= r.min_corner_kmh * 10 AND abs(turned) <= r.max_turn_deg_s * gap AS corners
        FROM
        (
            SELECT j.*, if(k.vehicle_class = '', 'car', k.vehicle_class) AS vehicle_class,
                if(gap <= r.corner_gap_s AND h >= 0 AND bh >= 0, (h - bh + 540) % 360 - 180, 0) AS turned, turned != 0 AND abs(turned) >= 3 * gap AS turns,
                (bv + v) / 72 * radians(abs(turned)) / (gap + r.damping_s) AS corner_size,
                greatCircleDistance(blng, blat, lng, lat) AS way, (bv + v) / 72 * gap AS driven
            FROM (SELECT * FROM judged WHERE compared) AS j
            LEFT JOIN device_classes AS k ON k.imei = j.imei
            WHERE abs(a) >= least_mps2 OR turns OR corner_size >= least_mps2
        ) AS p
        LEFT JOIN (SELECT * FROM driving_thresholds FINAL WHERE rule_version = r.version) AS s ON s.vehicle_class = p.vehicle_class AND s.gap_s = p.gap AND s.kind = if(p.a < 0, 'harsh_braking', 'harsh_acceleration')
        LEFT JOIN (SELECT * FROM driving_thresholds FINAL WHERE rule_version = r.version AND kind = 'harsh_cornering') AS c ON c.vehicle_class = p.vehicle_class AND c.gap_s = p.gap
    ),
    -- A turn is the sum of changes of heading in one direction, of pairs in a row; one that is a fault ends it.
    turned AS
    (
        SELECT *, if(turns, sum(turned) OVER (PARTITION BY imei, turn_number ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 0) AS turn
        FROM
        (
            SELECT *, sum(NOT turns OR NOT turned_before OR t_before != bt OR sign(turned) != sign(change_before) OR fault_before) OVER (PARTITION BY imei ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS turn_number
            FROM
            (
                SELECT *, lagInFrame(turns) OVER w AS turned_before, lagInFrame(t) OVER w AS t_before, lagInFrame(turned) OVER w AS change_before, lagInFrame(corner_passes AND NOT corners) OVER w AS fault_before
                FROM measured
                WINDOW w AS (PARTITION BY imei ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
            )
        )
    ),
    -- s: 1 told, 2 start, 3 end, 4 turn, 5 the peak: measured, size, threshold, number; 6 the events before; start 0: none goes on
    -- x: 1 first fix, 2 second fix, 3 passes, 4 turn, 5 the peak if it is one
    -- goes: goes on with the event; new: begins one; higher: is the new peak; further: the turn got larger
    folded AS
    (
        SELECT imei, kind, vehicle_class, kind = 'harsh_cornering' AS corner,
            arraySort(x -> x.1, groupArray(tuple(t, bt, passes, turn, gap <= r.measured_gap_s, size, low, gap, bv, v, turned, lat, lng, medium, high))) AS rows,
            if(corner, r.min_corner_deg, 0) AS least_turn,
            arrayFold((s, x) -> arrayMap((goes, new, higher, further) -> (
                    if(new, abs(x.4) >= least_turn, s.1 OR (further AND abs(x.4) >= least_turn)),
                    if(new, x.1, s.2),
                    if(new OR (goes AND x.3), x.2, s.3),
                    if(new OR further, x.4, s.4),
                    if(new OR higher, x.5, s.5),
                    if(new AND s.1, arrayPushBack(s.6, (s.2, s.3, s.4, s.5.4)), s.6))::Tuple(Bool, Int64, Int64, Int64, Tuple(Bool, Float64, Float64, UInt32), Array(Tuple(Int64, Int64, Int64, UInt32))),
                [s.2 > 0 AND x.1 - s.3 <= r.merge_s],
                [x.3 AND NOT (s.2 > 0 AND x.1 - s.3 <= r.merge_s) AND NOT (s.1 AND x.1 - s.3 < r.cooldown_s)],
                [x.3 AND s.2 > 0 AND x.1 - s.3 <= r.merge_s AND if(x.5.1 = s.5.1, x.5.2 * s.5.3 > s.5.2 * x.5.3, x.5.1)],
                [s.2 > 0 AND x.1 - s.3 <= r.merge_s AND abs(x.4) > abs(s.4) AND (x.3 OR sign(x.4) = sign(s.4))])[1],
                arrayMap((x, n) -> (x.2, x.1, x.3, x.4, (x.5, x.6, x.7, n)), rows, arrayEnumerate(rows)),
                (false, 0, 0, 0, (false, 0., 0., 0), [])::Tuple(Bool, Int64, Int64, Int64, Tuple(Bool, Float64, Float64, UInt32), Array(Tuple(Int64, Int64, Int64, UInt32)))) AS s,
            if(s.1, arrayPushBack(s.6, (s.2, s.3, s.4, s.5.4)), s.6) AS events
        FROM
        (
            SELECT imei, vehicle_class, bt, t, gap, bv, v, lat, lng, c.1 AS kind, c.2 AS passes, c.3 AS turned, c.4 AS turn, c.5 AS size, c.6 AS low, c.7 AS medium, c.8 AS high
            FROM
            (
                SELECT imei, vehicle_class, bt, t, gap, bv, v, lat, lng, turns AND NOT corner_passes AS goes_on,
                    [tuple(kind, passes, 0, 0, size, low, medium, high), tuple('harsh_cornering', corners, turned, turn, corner_size, corner_low, corner_medium, corner_high)]
                        ::Array(Tuple(String, Bool, Int64, Int64, Float64, Float64, Float64, Float64)) AS both
                FROM turned
            )
            ARRAY JOIN both AS c
            WHERE c.2 OR (goes_on AND c.1 = 'harsh_cornering')
        )
        GROUP BY imei, kind, vehicle_class
    )
SELECT imei, kind, toDateTime64(e.1, 3, 'UTC') AS start_time, toDateTime64(e.2, 3, 'UTC') AS end_time,
    multiIf(peak.6 >= peak.15, 'high', peak.6 >= peak.14, 'medium', 'low') AS severity,
    peak.6 AS peak_mps2, peak.7 AS threshold_mps2, peak.8 AS gap_s, peak.9 / 10 AS speed_before_kmh, peak.10 / 10 AS speed_after_kmh,
    if(corner, peak.11, NULL) AS peak_heading_change_deg, if(corner, e.3, NULL) AS heading_change_deg, peak.12 AS lat, peak.13 AS lng,
    if(peak.5, 'measured', 'inferred') AS confidence, vehicle_class, r.version AS rule_version
FROM (SELECT imei, kind, vehicle_class, corner, rows, arrayJoin(events) AS e, rows[e.4] AS peak FROM folded)
WHERE start_time >= {from:DateTime64(0, 'UTC')} AND start_time < {to:DateTime64(0, 'UTC')}
COMMENT 'One row is one harsh event as the rules find it in the stored fixes, of a device (or all: imei empty), a time and a version of the rules (empty: the newest): SELECT * FROM harsh_from_history(imei = …, from = …, to = …, rule_version = …)';
