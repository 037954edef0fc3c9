-- Whether this login may read all of these namespaces by itself, as a copy must; null when none exists.
-- namespaces: text[].
SELECT bool_and(
    has_schema_privilege(n.oid, 'USAGE')
    AND (c.oid IS NULL OR has_table_privilege(c.oid, 'SELECT'))
)
FROM pg_namespace AS n
LEFT JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'S')
WHERE n.nspname = ANY(%(namespaces)s)
