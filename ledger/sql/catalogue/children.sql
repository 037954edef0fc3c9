-- Tables elsewhere whose rows would be read with those of the ledger's tables. namespaces: text[].
SELECT 'child', pg_catalog.format('%%I.%%I', p.relnamespace::pg_catalog.regnamespace::text, p.relname),
       pg_catalog.format('%%I.%%I', c.relnamespace::pg_catalog.regnamespace::text, c.relname)
FROM pg_catalog.pg_inherits AS i
JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent
JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.relnamespace
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[]) AND p.relkind NOT IN ('i', 'I')
