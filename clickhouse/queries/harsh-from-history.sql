-- Question: Which harsh events are in the fixes of a time, by the rules of today or of another version? (Q-2)
-- Answer: One row an event, as the enricher would find it; see docs/views.md for where the two may differ. peak_mps2 is
--   (speed_after_kmh - speed_before_kmh) / 3.6 / gap_s, and had to pass threshold_mps2.
-- Parameters: imei (empty: all devices; that takes long over a long time); from, to: fix time, UTC; rule_version as in
--   driving_rules (empty: the newest).
-- Example: imei=860000000000001 from=2026-03-02 08:00:00 to=2026-03-02 09:00:00 rule_version=
SELECT kind, start_time, end_time, severity, round(peak_mps2, 2) AS peak_mps2, threshold_mps2, gap_s, speed_before_kmh, speed_after_kmh, heading_change_deg, confidence
FROM harsh_from_history(imei = {imei:String}, from = {from:DateTime}, to = {to:DateTime}, rule_version = {rule_version:String})
ORDER BY start_time, kind;
