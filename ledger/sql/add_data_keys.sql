-- New data keys; one that exists already stays. Arrays are parallel: subjects, categories, generations,
-- months, wrapped. epoch: of all of them.
INSERT INTO data_keys (subject, category, generation, from_month, epoch, wrapped)
SELECT subject, category, generation, month, %(epoch)s, wrapped
FROM unnest(%(subjects)s::uuid[], %(categories)s::text[], %(generations)s::integer[],
            %(months)s::integer[], %(wrapped)s::bytea[])
    AS new (subject, category, generation, month, wrapped)
ORDER BY subject, category, generation, month
ON CONFLICT DO NOTHING
