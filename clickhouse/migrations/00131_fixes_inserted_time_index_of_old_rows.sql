-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE fixes MATERIALIZE INDEX IF EXISTS inserted_time_range;
