-- The rows that answer "erased on ..." afterwards; a row that is there gets a later end. Arrays are parallel:
-- subjects, hmacs, versions, kinds, starts, throughs, keep_until, macs.
INSERT INTO tombstones (subject, reference_hmac, index_version, kind, valid_from, erased_through, keep_until, mac)
SELECT * FROM unnest(%(subjects)s::uuid[], %(hmacs)s::bytea[], %(versions)s::integer[], %(kinds)s::text[],
                     %(starts)s::timestamptz[], %(throughs)s::timestamptz[], %(keep_until)s::timestamptz[],
                     %(macs)s::bytea[])
ON CONFLICT (subject) DO UPDATE SET erased_through = EXCLUDED.erased_through, mac = EXCLUDED.mac
