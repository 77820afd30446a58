-- Set aside, made anew, filled and dropped last, as in 00053: what it counted of
-- fixes that have expired since can't be counted again.
-- +goose NO TRANSACTION
-- +goose Up
RENAME TABLE IF EXISTS device_hours TO device_hours_before_252;
