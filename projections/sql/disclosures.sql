-- Disclosures in the order in which they are shown. streams: uuid[] or null. recipient, kinds: or null.
-- since, until: inclusive bounds of the occurred time, or null.
SELECT state FROM {views}.disclosures
WHERE (%(streams)s::uuid[] IS NULL OR stream = ANY(%(streams)s::uuid[]))
  AND (%(recipient)s::text IS NULL OR recipient = %(recipient)s)
  AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
  AND (%(since)s::timestamptz IS NULL OR occurred_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR occurred_at <= %(until)s)
ORDER BY occurred_at, source, id
