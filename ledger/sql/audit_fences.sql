-- The fences of some subjects. subjects: uuid[].
SELECT subject, category, generation, erased_through, mac FROM fences WHERE subject = ANY(%(subjects)s)
