-- Question: What could not be used, and why?
-- Answer: One row a reason and kind. odograph deadletters shows the items themselves and sends them again.
-- Parameters: from, to: when they were put aside, UTC.
-- Example: from=2026-03-02 00:00:00 to=2026-03-04 00:00:00
SELECT reason, kind, count() AS items, uniqExact(imei) AS devices, min(first_seen) AS first, max(first_seen) AS last, any(error) AS one_error
FROM dead_letters FINAL
WHERE first_seen >= {from:DateTime} AND first_seen < {to:DateTime}
GROUP BY reason, kind
ORDER BY items DESC, reason, kind;
