-- The hashes of the references of some subjects. subjects: uuid[].
SELECT subject, reference_hmac FROM subject_index WHERE subject = ANY(%(subjects)s)
