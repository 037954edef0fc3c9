-- The whole subject index.
SELECT subject, reference_hmac, index_version, kind, valid_from, sealed, mac FROM subject_index ORDER BY subject
