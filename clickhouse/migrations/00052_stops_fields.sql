-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE stops
    ADD COLUMN IF NOT EXISTS ongoing      Bool CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS rule_version LowCardinality(String);
