-- Wrapped keys of the references of some subjects, latest last. subjects: uuid[].
SELECT subject, category, generation, from_month, epoch, wrapped
FROM data_keys WHERE subject = ANY(%(subjects)s) AND category = 'reference'
ORDER BY generation
