-- The position of the event of a name. source, id.
SELECT position FROM event_ids
WHERE name = encode(substr(sha256(convert_to(%(source)s::text || chr(10) || %(id)s::text, 'UTF8')), 1, 16), 'hex')::uuid
