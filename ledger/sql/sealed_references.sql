-- Sealed references of some subjects. subjects: uuid[].
SELECT subject, sealed FROM subject_index WHERE subject = ANY(%(subjects)s)
