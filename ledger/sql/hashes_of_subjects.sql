-- What some subjects are found by. subjects: uuid[].
SELECT subject, reference_hmac FROM subject_index WHERE subject = ANY(%(subjects)s)
