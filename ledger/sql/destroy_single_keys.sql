-- Single keys of some subjects. Arrays are parallel: subjects, categories, generations, months.
DELETE FROM data_keys
USING unnest(%(subjects)s::uuid[], %(categories)s::text[], %(generations)s::integer[], %(months)s::integer[])
    AS gone (subject, category, generation, month)
WHERE data_keys.subject = gone.subject AND data_keys.category = gone.category
  AND data_keys.generation = gone.generation AND data_keys.from_month = gone.month
