-- Triggers of the tables of a namespace, and how each is enabled: a letter of the catalogue. namespace: text.
SELECT c.relname::pg_catalog.text, t.tgname::pg_catalog.text, t.tgenabled::pg_catalog.text
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(namespace)s AND NOT t.tgisinternal
ORDER BY c.relname, t.tgname
