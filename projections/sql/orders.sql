-- Orders of authorities, by when something is due, then by reference. refs: text[] or null.
SELECT stream, state FROM {views}.orders
WHERE %(refs)s::text[] IS NULL OR subkey = ANY(%(refs)s::text[])
ORDER BY due NULLS LAST, subkey, stream
