-- The next events in the order of the ledger. position: exclusive start. upto: inclusive end. count: at most.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE notification_id > %(position)s AND notification_id <= %(upto)s
ORDER BY notification_id
LIMIT %(count)s
