-- Data keys under their new wrap. Arrays are parallel: subjects, categories, generations, months, wrapped.
UPDATE data_keys SET epoch = %(epoch)s, wrapped = new.wrapped
FROM unnest(%(subjects)s::uuid[], %(categories)s::text[], %(generations)s::integer[],
            %(months)s::integer[], %(wrapped)s::bytea[])
    AS new (subject, category, generation, month, wrapped)
WHERE data_keys.subject = new.subject AND data_keys.category = new.category
  AND data_keys.generation = new.generation AND data_keys.from_month = new.month
