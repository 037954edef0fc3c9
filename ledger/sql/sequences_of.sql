-- Sequences of a namespace, and the last number that each gave, 0 for none. namespace: text.
SELECT c.relname::pg_catalog.text, coalesce(pg_catalog.pg_sequence_last_value(c.oid), 0)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(namespace)s AND c.relkind = 'S'
ORDER BY c.relname
