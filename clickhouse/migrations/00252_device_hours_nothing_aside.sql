-- What a first setup that was killed has left of the next steps, without rows.
-- +goose NO TRANSACTION
-- +goose Up
DROP TABLE IF EXISTS device_hours_before_252;
