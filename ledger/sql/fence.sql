-- No value up to `through` may be sealed again; later ones get the next generation. subject, categories: text[].
INSERT INTO fences AS known (subject, category, generation, erased_through)
SELECT %(subject)s, category,
       coalesce((SELECT max(generation) FROM data_keys
                 WHERE subject = %(subject)s AND data_keys.category = erased.category), 0),
       %(through)s
FROM unnest(%(categories)s::text[]) AS erased (category)
ON CONFLICT (subject, category) DO UPDATE SET
    generation = greatest(known.generation, EXCLUDED.generation),
    erased_through = greatest(known.erased_through, EXCLUDED.erased_through)
