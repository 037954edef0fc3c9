-- Events of some types up to a position, and annulments, stream by stream in the order of the ledger.
-- names: text[], short names of types. upto: inclusive. OFFSET: they are found by type and then sorted; a cursor would
-- rather go through the whole table in order.
SELECT * FROM (
    SELECT originator_id, originator_version, topic, state, notification_id, recorded_at
    FROM events
    WHERE split_part(topic, '.', 4) = ANY(%(names)s::text[]) AND notification_id + 0 <= %(upto)s
    OFFSET 0
) AS told
ORDER BY originator_id, originator_version
