-- The tombstones of some data subjects. subjects: uuid[].
SELECT subject, reference_hmac, index_version, kind, valid_from, erased_through, keep_until, mac
FROM tombstones WHERE subject = ANY(%(subjects)s)
