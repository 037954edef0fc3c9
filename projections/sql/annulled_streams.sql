-- Streams in which an annulment has named an event of some types that was recorded by a position. names: text[],
-- short names of types. upto: inclusive.
SELECT DISTINCT named.stream
FROM {views}.named_events AS named
CROSS JOIN LATERAL (
    SELECT position FROM event_ids
    WHERE event_ids.source = named.source COLLATE "default" AND event_ids.id = named.id COLLATE "default"
    LIMIT 1
) AS found
JOIN events ON events.notification_id = found.position
WHERE found.position <= %(upto)s AND split_part(events.topic, '.', 4) = ANY(%(names)s::text[])
ORDER BY named.stream
