-- Entries of activities. {entries}. activities: text[], totals, made: bytea[], pairwise.
INSERT INTO {views}.{entries} (activity, totals, entry)
SELECT * FROM unnest(%(activities)s::text[], %(totals)s::bytea[], %(made)s::bytea[])
ON CONFLICT (activity) DO UPDATE SET totals = EXCLUDED.totals, entry = EXCLUDED.entry
