-- Question: Which way did a vehicle take? (Q-3)
-- Answer: One row a fix, in order. step_m and gap_s are from the usable fix before. Where gap is true nothing is known of
--   in between: gap_kind tells whether it moved meanwhile, and segment counts up, so that a map draws one line a segment.
--   Fixes that are not usable (quality says why) are part of no step.
-- Parameters: imei; from, to: fix time, UTC; max_gap_s: seconds from which on a gap is one.
-- Example: imei=860000000000001 from=2026-03-02 08:00:00 to=2026-03-02 09:00:00 max_gap_s=300
SELECT fix_time, lat, lng, speed_kmh, usable, quality, gap_s, round(step_m, 1) AS step_m, gap, gap_kind, segment
FROM route(imei = {imei:String}, from = {from:DateTime}, to = {to:DateTime}, max_gap_s = {max_gap_s:UInt32})
ORDER BY fix_time;
