-- Constraints on the ledger's tables, and those elsewhere that refer to them. NOT NULL is said with the columns:
-- only some versions of the server count it here. namespaces: text[].
SELECT
    'constraint',
    pg_catalog.format('%%I.%%I.%%I', n.nspname, c.relname, k.conname),
    pg_catalog.concat_ws(' ', pg_catalog.pg_get_constraintdef(k.oid),
                         CASE WHEN NOT k.convalidated THEN 'not valid' END)
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class AS f ON f.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace
WHERE k.contype NOT IN ('n', 't')
    AND (n.nspname = ANY (%(namespaces)s::pg_catalog.name[]) OR fn.nspname = ANY (%(namespaces)s::pg_catalog.name[]))
