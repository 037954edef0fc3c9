-- Events of some types up to a position, and annulments, stream by stream in the order of the ledger.
-- names: text[], short names of types. upto: inclusive.
SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
FROM events
WHERE notification_id <= %(upto)s AND split_part(topic, '.', 4) = ANY(%(names)s::text[])
ORDER BY originator_id, originator_version
