-- The index rows of wholly erased persons. subjects: uuid[].
DELETE FROM subject_index WHERE subject = ANY(%(subjects)s)
