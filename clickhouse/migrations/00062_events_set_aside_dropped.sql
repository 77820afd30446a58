-- +goose NO TRANSACTION
-- +goose Up
DROP TABLE IF EXISTS driving_events_before_50, geofence_events_before_50, trips_before_50, stops_before_50;
