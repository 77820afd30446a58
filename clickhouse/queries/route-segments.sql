-- Question: How much of a vehicle's way is known, and where are the holes?
-- Answer: One row a segment without a gap, with how long the gap before it was (gap_before_s) and how far the vehicle got
--   in it (moved_unseen_m).
-- Parameters: as of route.
-- Example: imei=860000000000001 from=2026-03-02 08:00:00 to=2026-03-02 09:00:00 max_gap_s=300
SELECT segment, min(fix_time) AS from_time, max(fix_time) AS to_time, countIf(usable) AS fixes, round(sumIf(step_m, NOT gap)) AS seen_m, maxIf(gap_s, gap) AS gap_before_s, round(maxIf(step_m, gap)) AS moved_unseen_m
FROM route(imei = {imei:String}, from = {from:DateTime}, to = {to:DateTime}, max_gap_s = {max_gap_s:UInt32})
GROUP BY segment
ORDER BY segment;
