-- Question: Where does the fleet drive?
-- Answer: One row a cell of H3, the most fixes in motion first. devices_days adds up the distinct devices of each day, so a
--   device that comes on two days counts twice.
-- Parameters: from_day, to_day: UTC, both included; resolution: 7 (about 5 km²) or 9 (about 0.1 km²); cells: how many.
-- Example: from_day=2026-03-02 to_day=2026-03-03 resolution=9 cells=5
SELECT h3ToString(cell) AS id, round(any(h.lat), 4) AS lat, round(any(h.lng), 4) AS lng, sum(h.moving_fixes) AS moving, sum(h.fixes) AS all_fixes, sum(h.devices) AS devices_days
FROM heat_daily AS h
WHERE resolution = {resolution:UInt8} AND day BETWEEN {from_day:Date} AND {to_day:Date}
GROUP BY cell
ORDER BY moving DESC, id
LIMIT {cells:UInt32};
