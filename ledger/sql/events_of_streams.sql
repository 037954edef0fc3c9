-- All events of some streams, in the order of the ledger. streams: uuid[]. upto: inclusive position.
-- "+ 0": found by stream alone; before a first ANALYZE the index of all positions would be read, too.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE originator_id = ANY(%(streams)s) AND notification_id + 0 <= %(upto)s
ORDER BY notification_id
