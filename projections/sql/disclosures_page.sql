-- Disclosures before a place, the latest first. recipient, kinds: or null. since: inclusive bound of the occurred
-- time, or null. occurred_at, source, id: exclusive start. upto: the last subkey, inclusive. count: at most.
SELECT state FROM {views}.disclosures
WHERE (occurred_at, source, id) < (%(occurred_at)s, %(source)s, %(id)s)
  AND subkey <= %(upto)s
  AND (%(recipient)s::text IS NULL OR recipient = %(recipient)s)
  AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
  AND (%(since)s::timestamptz IS NULL OR occurred_at >= %(since)s)
ORDER BY occurred_at DESC, source DESC, id DESC
LIMIT %(count)s
