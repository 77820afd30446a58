-- +goose NO TRANSACTION
-- +goose Up
-- So that what was inserted lately is found without reading the column of all rows.
ALTER TABLE fixes ADD INDEX IF NOT EXISTS inserted_time_range inserted_time TYPE minmax GRANULARITY 1;
