-- No value up to `throughs` may be sealed again; later ones get the next generation. Arrays are parallel: subjects,
-- categories, generations, throughs, macs.
INSERT INTO fences (subject, category, generation, erased_through, mac)
SELECT subject, category, generation, through, mac
FROM unnest(%(subjects)s::uuid[], %(categories)s::text[], %(generations)s::integer[],
            %(throughs)s::timestamptz[], %(macs)s::bytea[]) AS erased (subject, category, generation, through, mac)
ON CONFLICT (subject, category) DO UPDATE SET
    generation = EXCLUDED.generation, erased_through = EXCLUDED.erased_through, mac = EXCLUDED.mac
