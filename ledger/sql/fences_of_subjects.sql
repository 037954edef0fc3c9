-- The fences of some subjects. subjects: uuid[].
SELECT subject, category, erased_through FROM fences WHERE subject = ANY(%(subjects)s)
