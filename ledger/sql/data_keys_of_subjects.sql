-- All wrapped data keys of some subjects. subjects: uuid[].
SELECT subject, category, generation, from_month, epoch, wrapped
FROM data_keys WHERE subject = ANY(%(subjects)s)
