-- Which of these events are recorded, in which stream, and whether the key of the fingerprint still exists.
-- sources, ids: text[], pairwise.
SELECT source, id, fingerprint, originator_id,
       generation = 0 OR EXISTS (
           SELECT FROM data_keys
           WHERE subject = originator_id AND category = 'fingerprint'
             AND data_keys.generation = event_ids.generation
       )
FROM unnest(%(sources)s::text[], %(ids)s::text[]) AS wanted (source, id)
JOIN event_ids
    ON name = encode(substr(sha256(convert_to(source || chr(10) || id, 'UTF8')), 1, 16), 'hex')::uuid
JOIN events ON notification_id = position
