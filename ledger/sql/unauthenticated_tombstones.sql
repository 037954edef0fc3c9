-- Some rows that have no MAC. count: at most.
SELECT subject, reference_hmac, index_version, kind, valid_from, erased_through, keep_until FROM tombstones WHERE mac IS NULL ORDER BY subject LIMIT %(count)s
