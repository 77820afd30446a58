-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS driving_thresholds
(
    rule_version  String COMMENT 'as in driving_rules',
    vehicle_class LowCardinality(String) COMMENT 'car, van, truck, bus or motorcycle',
    kind          LowCardinality(String) COMMENT 'harsh_braking, harsh_acceleration or harsh_cornering',
    gap_s         UInt32 COMMENT 'seconds between two fixes',
    low_mps2      Float64 COMMENT 'm/s² at which low severity begins over this gap',
    medium_mps2   Float64 COMMENT 'm/s² at which medium severity begins',
    high_mps2     Float64 COMMENT 'm/s² at which high severity begins'
)
ENGINE = ReplacingMergeTree
ORDER BY (rule_version, vehicle_class, kind, gap_s)
COMMENT 'One row is what a harsh event has to pass, by version of the rules, class, kind and gap; a kind that is off has no rows';
