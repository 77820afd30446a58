-- Question: Where does the fleet drive harshly?
-- Answer: One row a cell of H3 (resolution 9, about 0.1 km²) with at least as many events as asked for, the worst first.
--   per_1000_fixes sets them against how much is driven there, of fixes in motion.
-- Parameters: from_day, to_day: UTC, both included; events: least number of events.
-- Example: from_day=2026-03-02 to_day=2026-03-03 events=1
SELECT h3ToString(e.cell) AS cell, round(h3ToGeo(e.cell).1, 4) AS lat, round(h3ToGeo(e.cell).2, 4) AS lng, e.n AS events, e.devices AS devices, round(1000 * e.n / h.moving, 1) AS per_1000_fixes
FROM
(
    SELECT geoToH3(assumeNotNull(lat), assumeNotNull(lng), 9) AS cell, count() AS n, uniqExact(imei) AS devices
    FROM driving_events FINAL
    WHERE startsWith(kind, 'harsh') AND lat IS NOT NULL AND toDate(start_time) BETWEEN {from_day:Date} AND {to_day:Date}
    GROUP BY cell
    HAVING n >= {events:UInt32}
) AS e
LEFT JOIN (SELECT cell, sum(moving_fixes) AS moving FROM heat_daily WHERE resolution = 9 AND day BETWEEN {from_day:Date} AND {to_day:Date} GROUP BY cell) AS h ON h.cell = e.cell
ORDER BY events DESC, cell;
