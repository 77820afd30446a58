-- Question: How densely does a device report, by which interface? (Q-1)
-- Answer: One row a minute and source. sightings are all fixes that came by the source; fixes those that it brought first,
--   so that their sum over the sources is the number of distinct fixes; repeats were there already. A minute that is not
--   there had no fix.
-- Parameters: imei; from, to: fix time, UTC.
-- Example: imei=860000000000001 from=2026-03-02 08:00:00 to=2026-03-02 08:05:00
SELECT minute, source, sightings, fixes, repeats, conflicts
FROM fix_density
WHERE imei = {imei:String} AND minute >= {from:DateTime} AND minute < {to:DateTime}
ORDER BY minute, source;
