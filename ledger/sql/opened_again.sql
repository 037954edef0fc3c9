-- Streams that have more than the account of an erasure after a position and before another one. streams: uuid[]. through,
-- before: exclusive. account: text[], types.
SELECT DISTINCT originator_id FROM events
WHERE originator_id = ANY(%(streams)s::uuid[]) AND notification_id + 0 > %(through)s AND notification_id + 0 < %(before)s
  AND NOT topic = ANY(%(account)s::text[])
