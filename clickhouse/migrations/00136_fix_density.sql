-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW fix_density
(
    imei      String,
    minute    DateTime('UTC') COMMENT 'beginning of the minute of fix time',
    source    LowCardinality(String) COMMENT 'interface of the sightings',
    sightings UInt64 COMMENT 'fixes that came by this source, whether first or again',
    fixes     UInt64 COMMENT 'of these, distinct fixes that this source brought first; their sum over the sources is the number of distinct fixes',
    repeats   UInt64 COMMENT 'of these, fixes that were there already',
    conflicts UInt64 COMMENT 'of the repeats, those whose content differs from the stored fix'
)
AS
SELECT imei, toStartOfMinute(fix_time) AS minute, source, count() AS sightings, countIf(NOT is_repeat) AS fixes, countIf(is_repeat) AS repeats, countIf(conflict) AS conflicts
FROM fix_sightings
GROUP BY imei, minute, source
COMMENT 'One row is one device, minute of fix time and source: how many fixes came by it. Ask with imei and minute in WHERE; device_hours has the same by hour without a read of fixes';
