-- Triggers, and when they fire: A is always, O not under replication, D never. None is the server's own: no table
-- refers to a different table. namespaces: text[].
SELECT
    'trigger',
    pg_catalog.format('%%I.%%I.%%I', n.nspname, c.relname, t.tgname),
    pg_catalog.concat_ws(' ', 'enabled', t.tgenabled, pg_catalog.pg_get_triggerdef(t.oid))
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[])
