-- What answers "erased on ..." afterwards; one that is there gets a later end. subject, reference_hmac, version,
-- kind, valid_from, through, keep_until, mac.
INSERT INTO tombstones (subject, reference_hmac, index_version, kind, valid_from, erased_through, keep_until, mac)
VALUES (%(subject)s, %(reference_hmac)s, %(version)s, %(kind)s, %(valid_from)s, %(through)s, %(keep_until)s,
        %(mac)s)
ON CONFLICT (subject) DO UPDATE SET erased_through = EXCLUDED.erased_through, mac = EXCLUDED.mac
