-- The reads of some streams, in the order of the ledger. streams: uuid[]. after: exclusive, upto: inclusive position.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = ANY(%(streams)s) AND topic = 'nl.voipzeker.ledger.ledger-read.v1'
  AND notification_id + 0 > %(after)s AND notification_id + 0 <= %(upto)s
ORDER BY notification_id
