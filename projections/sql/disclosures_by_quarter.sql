-- How many disclosures there were of each kind of recipient and quarter, in Amsterdam's time.
-- since, until: bounds of the occurred time, inclusive and exclusive, or null.
SELECT to_char(occurred_at AT TIME ZONE 'Europe/Amsterdam', 'YYYY"-Q"Q') AS quarter, kind, count(*)
FROM {views}.disclosures
WHERE (%(since)s::timestamptz IS NULL OR occurred_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR occurred_at < %(until)s)
GROUP BY quarter, kind
ORDER BY quarter, kind
