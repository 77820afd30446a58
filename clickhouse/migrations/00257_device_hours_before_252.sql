-- +goose NO TRANSACTION
-- +goose Up
DROP TABLE IF EXISTS device_hours_before_252;
