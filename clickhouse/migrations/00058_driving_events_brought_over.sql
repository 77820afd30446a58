-- Taken again, rows of equal key and revision are one.
-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO driving_events
(
    event_id, revision, retracted, imei, kind, start_time, end_time, severity, peak_mps2, source, sources, confidence, rule_version,
    lat, lng, alarm_code, vehicle_class, threshold_mps2, gap_s, speed_before_kmh, speed_after_kmh, heading_change_deg, peak_heading_change_deg, max_speed_kmh,
    limit_kmh, limit_source, distance_m, raw_partition, raw_offset, inserted_time
)
SELECT
    event_id, revision, retracted, imei, kind, start_time, end_time, severity, peak_mps2, source, sources, confidence, rule_version,
    lat, lng, alarm_code, vehicle_class, threshold_mps2, gap_s, speed_before_kmh, speed_after_kmh, heading_change_deg, peak_heading_change_deg, max_speed_kmh,
    limit_kmh, limit_source, distance_m, raw_partition, raw_offset, inserted_time
FROM driving_events_before_50
SETTINGS max_partitions_per_insert_block = 0;
