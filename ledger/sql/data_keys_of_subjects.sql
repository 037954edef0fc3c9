-- Wrapped data keys of some subjects. subjects: uuid[]. categories: text[], or null for all of them.
SELECT subject, category, generation, from_month, epoch, wrapped
FROM data_keys
WHERE subject = ANY(%(subjects)s)
  AND (%(categories)s::text[] IS NULL OR category = ANY(%(categories)s::text[]))
