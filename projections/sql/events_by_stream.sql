-- The events of some streams up to a position, stream by stream, each in the order of the ledger. upto, first,
-- last: inclusive; the last two: uuid.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE notification_id <= %(upto)s AND originator_id BETWEEN %(first)s AND %(last)s
ORDER BY originator_id, originator_version
