-- device_hours gets another key, by day first, so that a day of all devices is read
-- by itself. Nothing counts into it meanwhile; the views come back with 00258.
-- +goose NO TRANSACTION
-- +goose Up
DROP VIEW IF EXISTS device_hours_recent, device_hours_sweep;
