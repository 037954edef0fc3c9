-- The remaining events of a prefix: their number, and a SHA-256 over their rows and those of their names, for each
-- 4,096 positions. through: inclusive. Times and bytes are written in a way that no setting changes.
SELECT count(*), sha256(convert_to(string_agg(concat_ws(
    ' ', notification_id, extract(epoch FROM events.recorded_at), originator_id, originator_version, topic,
    encode(state, 'hex'), coalesce(name::text, '-'), coalesce(encode(fingerprint, 'hex'), '-'),
    coalesce(generation::text, '-'), coalesce(erasure::text, '-')
), chr(10) ORDER BY notification_id), 'UTF8'))
FROM events LEFT JOIN event_ids ON event_ids.position = notification_id
WHERE notification_id <= %(through)s
GROUP BY notification_id / 4096 ORDER BY notification_id / 4096
