-- An index row that a restore took away, so that the fence finds the person again; without a reference
-- until the person is seen. subject, reference_hmac, version, kind, valid_from, mac.
INSERT INTO subject_index (subject, reference_hmac, index_version, kind, valid_from, mac)
SELECT %(subject)s, %(reference_hmac)s, %(version)s, %(kind)s, %(valid_from)s, %(mac)s
WHERE NOT EXISTS (SELECT FROM tombstones WHERE subject = %(subject)s)
ON CONFLICT DO NOTHING
