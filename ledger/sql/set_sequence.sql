-- A sequence goes on after a number. namespace, sequence: text. last: bigint, from 1 on.
SELECT pg_catalog.setval(c.oid, %(last)s::pg_catalog.int8)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(namespace)s AND c.relname = %(sequence)s AND c.relkind = 'S'
