-- New data subjects, in the order of their hmac so that two writers cannot deadlock; an existing period
-- stays. hmacs: bytea[], subjects: uuid[], kinds: text[], starts: timestamptz[], sealed: text[], macs: bytea[],
-- version.
INSERT INTO subject_index (reference_hmac, index_version, subject, kind, valid_from, sealed, mac)
SELECT hmac, %(version)s, subject, kind, start, sealed, mac
FROM unnest(%(hmacs)s::bytea[], %(subjects)s::uuid[], %(kinds)s::text[], %(starts)s::timestamptz[],
            %(sealed)s::text[], %(macs)s::bytea[]) AS new (hmac, subject, kind, start, sealed, mac)
ORDER BY hmac
ON CONFLICT DO NOTHING
RETURNING subject
