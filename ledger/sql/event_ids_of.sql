-- Which of some ids name an event of a source. source, ids: text[].
SELECT wanted.id FROM unnest(%(ids)s::text[]) AS wanted (id)
JOIN event_ids
    ON name = encode(substr(sha256(convert_to(%(source)s::text || chr(10) || wanted.id, 'UTF8')), 1, 16), 'hex')::uuid
