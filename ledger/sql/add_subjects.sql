-- New data subjects, in the order of their hmac so that two writers cannot deadlock; an existing period
-- stays. hmacs: bytea[], subjects: uuid[], kinds: text[], starts: timestamptz[], sealed: text[], version.
INSERT INTO subject_index (reference_hmac, index_version, subject, kind, valid_from, sealed)
SELECT hmac, %(version)s, subject, kind, start, sealed
FROM unnest(%(hmacs)s::bytea[], %(subjects)s::uuid[], %(kinds)s::text[],
            %(starts)s::timestamptz[], %(sealed)s::text[]) AS new (hmac, subject, kind, start, sealed)
ORDER BY hmac
ON CONFLICT DO NOTHING
RETURNING subject
