-- Some rows that have no MAC. count: at most.
SELECT subject, reference_hmac, index_version, kind, valid_from, sealed FROM subject_index WHERE mac IS NULL ORDER BY subject LIMIT %(count)s
