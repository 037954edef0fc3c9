-- Streams that have more than the account of an erasure after a position. streams: uuid[]. through: exclusive. account:
-- text[], types.
SELECT DISTINCT originator_id FROM events
WHERE originator_id = ANY(%(streams)s::uuid[]) AND notification_id + 0 > %(through)s
  AND NOT topic = ANY(%(account)s::text[])
