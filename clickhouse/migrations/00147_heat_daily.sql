-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE VIEW heat_daily
(
    day           Date COMMENT 'of fix time, UTC',
    resolution    UInt8 COMMENT 'of H3: 7 (about 5 km²) or 9 (about 0.1 km²)',
    cell          UInt64 COMMENT 'H3 cell; h3ToString(cell) is its usual form',
    lat           Float64 COMMENT 'degrees, WGS-84, of the centre of the cell',
    lng           Float64 COMMENT 'degrees, WGS-84',
    fixes         UInt64 COMMENT 'distinct usable fixes in it',
    moving_fixes  UInt64 COMMENT 'of these, at 3 km/h or more',
    devices       UInt64 COMMENT 'distinct devices in it on this day',
    avg_speed_kmh Nullable(Float64) COMMENT 'mean speed of moving_fixes, km/h'
)
AS
SELECT day, resolution, cell, h3ToGeo(cell).1 AS lat, h3ToGeo(cell).2 AS lng, sum(c.fixes) AS fixes, sum(c.moving_fixes) AS moving_fixes, sum(c.devices) AS devices,
    if(moving_fixes > 0, sum(c.speed_sum_kmh) / moving_fixes, NULL) AS avg_speed_kmh
FROM cell_days AS c FINAL
WHERE c.fixes > 0 AND h3IsValid(c.cell)
GROUP BY day, resolution, cell
COMMENT 'One row is one day and H3 cell over all devices. Ask for one resolution';
