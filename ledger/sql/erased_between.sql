-- Whom erasures were about: their batches and streams. then: exclusive first batch, now: inclusive last one.
-- label: of the batches of erasures.
SELECT DISTINCT batch, originator_id
FROM batches JOIN events ON notification_id BETWEEN first_position AND last_position
WHERE batch > %(then)s AND batch <= %(now)s AND batches.topic = %(label)s
