-- All events of some streams but reads, in the order of the ledger. streams: uuid[]. upto: inclusive position. They are
-- found by the index that has no reads, so that these cost nothing. "+ 0": found by stream alone.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = ANY(%(streams)s) AND topic <> 'nl.voipzeker.ledger.ledger-read.v1'
  AND notification_id + 0 <= %(upto)s
ORDER BY notification_id
