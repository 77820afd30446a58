-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS score_settings
(
    version              UInt32 COMMENT 'the highest holds; your own begin at 2',
    weight_low           Float64 COMMENT 'penalty points of an event of low severity',
    weight_medium        Float64,
    weight_high          Float64,
    min_km               Float64 COMMENT 'observable km below which there is no score',
    min_observable_share Float64 COMMENT 'observable share of driving time below which there is no score, 0 to 1'
)
ENGINE = ReplacingMergeTree
ORDER BY version
COMMENT 'Weights and limits of the views driver_scores and driver_scores_daily; insert a row of a higher version to change them';
