-- Keys of later months take the place of expired ones; a key that begins there already stays, and of two the first.
-- Arrays are parallel: subjects, categories, generations, starts: months of the expired keys, epochs, months, wrapped.
WITH later AS (
    SELECT * FROM unnest(%(subjects)s::uuid[], %(categories)s::text[], %(generations)s::integer[],
                         %(starts)s::integer[], %(epochs)s::integer[], %(months)s::integer[], %(wrapped)s::bytea[])
        WITH ORDINALITY AS new (subject, category, generation, start, epoch, month, wrapped, place)
), expired AS (
    DELETE FROM data_keys USING later
    WHERE data_keys.subject = later.subject AND data_keys.category = later.category
      AND data_keys.generation = later.generation AND data_keys.from_month = later.start
)
INSERT INTO data_keys (subject, category, generation, from_month, epoch, wrapped)
SELECT subject, category, generation, month, epoch, wrapped FROM later ORDER BY place
ON CONFLICT DO NOTHING
