-- The tables of derived events get another engine, which hides retracted rows.
-- ClickHouse cannot change an engine in place: the tables are set aside, made
-- anew, filled from what was set aside, and that is dropped last. Each step may
-- be taken again after it was cut off. A row that the new tables refuse stops
-- the migration, and is still in the table that was set aside.
-- +goose NO TRANSACTION
-- +goose Up
RENAME TABLE
    IF EXISTS driving_events TO driving_events_before_50,
    IF EXISTS geofence_events TO geofence_events_before_50,
    IF EXISTS trips TO trips_before_50,
    IF EXISTS stops TO stops_before_50;
