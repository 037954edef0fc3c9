-- Data subjects of references, in the order of their periods. hmacs: bytea[].
SELECT reference_hmac, subject, valid_from, NULL::timestamptz AS erased_through, sealed IS NULL
FROM subject_index WHERE reference_hmac = ANY(%(hmacs)s)
UNION ALL
SELECT reference_hmac, subject, valid_from, erased_through, false
FROM tombstones WHERE reference_hmac = ANY(%(hmacs)s)
ORDER BY valid_from
