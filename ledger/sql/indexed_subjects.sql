-- The index rows of some data subjects. subjects: uuid[].
SELECT subject, reference_hmac, index_version, kind, valid_from FROM subject_index WHERE subject = ANY(%(subjects)s)
