-- Which of some data subjects are known, or known to be erased. subjects: uuid[].
SELECT subject FROM subject_index WHERE subject = ANY(%(subjects)s)
UNION
SELECT subject FROM tombstones WHERE subject = ANY(%(subjects)s)
