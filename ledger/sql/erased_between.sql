-- Batches and streams of the persons of erasures. then: exclusive first batch, now: inclusive last one.
-- label: of the batches of erasures. types: of the events of which each erasure has one.
SELECT DISTINCT batch, originator_id
FROM batches JOIN events ON notification_id BETWEEN first_position AND last_position
WHERE batch > %(then)s AND batch <= %(now)s AND batches.topic = %(label)s
  AND events.topic = ANY(%(types)s)
