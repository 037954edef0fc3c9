-- No value up to `throughs` may be sealed again; later ones get the next generation. subject; arrays are parallel:
-- categories, generations, throughs, macs.
INSERT INTO fences (subject, category, generation, erased_through, mac)
SELECT %(subject)s, category, generation, through, mac
FROM unnest(%(categories)s::text[], %(generations)s::integer[], %(throughs)s::timestamptz[],
            %(macs)s::bytea[]) AS erased (category, generation, through, mac)
ON CONFLICT (subject, category) DO UPDATE SET
    generation = EXCLUDED.generation, erased_through = EXCLUDED.erased_through, mac = EXCLUDED.mac
