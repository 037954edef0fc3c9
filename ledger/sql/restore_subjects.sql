-- Index rows that a restore took away, so that the fences find the persons again; without a reference until the
-- person is seen. Arrays are parallel: subjects, hmacs, versions, kinds, starts, macs.
INSERT INTO subject_index (subject, reference_hmac, index_version, kind, valid_from, mac)
SELECT subject, hmac, version, kind, start, mac
FROM unnest(%(subjects)s::uuid[], %(hmacs)s::bytea[], %(versions)s::integer[], %(kinds)s::text[],
            %(starts)s::timestamptz[], %(macs)s::bytea[]) AS known (subject, hmac, version, kind, start, mac)
WHERE NOT EXISTS (SELECT FROM tombstones WHERE tombstones.subject = known.subject)
ON CONFLICT DO NOTHING
