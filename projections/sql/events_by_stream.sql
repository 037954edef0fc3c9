-- All events up to a position, stream by stream, each in the order of the ledger. upto: inclusive.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE notification_id <= %(upto)s
ORDER BY originator_id, originator_version
