-- Streams in which an annulment has named an event of some types that was recorded by a position. names: text[],
-- short names of types. upto: inclusive. An event is found by the hash of its source and id.
SELECT DISTINCT named.stream
FROM {views}.named_events AS named
JOIN event_ids ON event_ids.name = encode(
    substr(sha256(convert_to(named.source || chr(10) || named.id, 'UTF8')), 1, 16), 'hex'
)::uuid
JOIN events ON events.notification_id = event_ids.position
WHERE event_ids.position <= %(upto)s AND split_part(events.topic, '.', 4) = ANY(%(names)s::text[])
ORDER BY named.stream
