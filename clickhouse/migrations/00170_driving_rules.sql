-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS driving_rules
(
    rule_version       String COMMENT 'as in driving_events',
    measured_gap_s     UInt32 COMMENT 'seconds between two fixes up to which an event is measured',
    inferred_gap_s     UInt32 COMMENT 'seconds up to which it is inferred; beyond nothing is said',
    corner_gap_s       UInt32 COMMENT 'seconds up to which a cornering can be seen',
    min_speed_kmh      Float64 COMMENT 'km/h, of the faster of two fixes, for braking and acceleration',
    min_corner_kmh     Float64 COMMENT 'km/h, likewise, for cornering',
    min_corner_deg     Float64 COMMENT 'degrees that a cornering turns at least',
    max_turn_deg_s     Float64 COMMENT 'degrees a second; more is noise',
    min_run_fixes      UInt32 COMMENT 'fixes in a row, none further apart than inferred_gap_s',
    min_satellites     Int32 COMMENT 'of both fixes, where known',
    require_ignition   Bool COMMENT 'on at both fixes, where known',
    implied_speed_kmh  Float64 COMMENT 'km/h; more from one position to the next is a fault',
    speed_vs_distance  Float64 COMMENT 'share by which way and speed may differ',
    distance_slack_m   Float64 COMMENT 'metres by which they always may',
    max_abs_mps2       Float64 COMMENT 'm/s²; more is beyond tyres',
    held_position_m    Float64 COMMENT 'metres driven by its speed while the position stood still',
    held_quarantine_s  UInt32 COMMENT 'seconds for which such a device is not trusted',
    held_min_speed_kmh Float64 COMMENT 'km/h; slower than this a receiver may pin the position',
    damping_s          Float64 COMMENT 'seconds added to the gap when dividing',
    merge_s            UInt32 COMMENT 'seconds; passed thresholds no further apart are one event',
    cooldown_s         UInt32 COMMENT 'seconds after an event before the next of its kind',
    loaded_time        DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'of several versions the newest is what harsh_from_history takes where none is named'
)
ENGINE = ReplacingMergeTree(loaded_time)
ORDER BY rule_version
COMMENT 'One row is one version of the rules of harsh driving, as far as harsh_from_history needs them; the command "odograph rules" prints it for a file of your own';
