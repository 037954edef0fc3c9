-- The MACs of rows that had none. Arrays are parallel: keys, categories, macs.
UPDATE fences SET mac = made.mac
FROM unnest(%(keys)s::uuid[], %(categories)s::text[], %(macs)s::bytea[]) AS made (subject, category, mac)
WHERE fences.subject = made.subject AND fences.category = made.category AND fences.mac IS NULL
