-- Question: Where do engines run while vehicles stand?
-- Answer: One row a cell of H3 (resolution 9), the most idling first.
-- Parameters: from, to: start of the idling, UTC.
-- Example: from=2026-03-02 00:00:00 to=2026-03-04 00:00:00
SELECT h3ToString(cell) AS id, round(h3ToGeo(cell).1, 4) AS lat, round(h3ToGeo(cell).2, 4) AS lng, count() AS idlings, uniqExact(imei) AS devices, round(sum(dateDiff('second', start_time, end_time)) / 60) AS idling_min
FROM (SELECT *, geoToH3(lat, lng, 9) AS cell FROM stops FINAL WHERE kind = 'idling' AND start_time >= {from:DateTime} AND start_time < {to:DateTime})
GROUP BY cell
ORDER BY idling_min DESC, id;
