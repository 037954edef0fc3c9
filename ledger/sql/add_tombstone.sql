-- What answers "erased on ..." afterwards. subject, reference_hmac, version, kind, valid_from, through, keep_until.
INSERT INTO tombstones (subject, reference_hmac, index_version, kind, valid_from, erased_through, keep_until)
VALUES (%(subject)s, %(reference_hmac)s, %(version)s, %(kind)s, %(valid_from)s, %(through)s, %(keep_until)s)
ON CONFLICT (subject) DO UPDATE SET
    erased_through = greatest(tombstones.erased_through, EXCLUDED.erased_through)
