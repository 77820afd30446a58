-- +goose NO TRANSACTION
-- +goose Up
INSERT INTO driving_rules (rule_version, measured_gap_s, inferred_gap_s, corner_gap_s, min_speed_kmh, min_corner_kmh, min_corner_deg, max_turn_deg_s, min_run_fixes, min_satellites, require_ignition,
    implied_speed_kmh, speed_vs_distance, distance_slack_m, max_abs_mps2, held_position_m, held_quarantine_s, held_min_speed_kmh, damping_s, merge_s, cooldown_s)
VALUES ('default-1+178da2b2', 3, 10, 3, 10, 20, 15, 60, 3, 5, true, 220, 0.5, 30, 9, 15, 900, 5, 0, 5, 10);
