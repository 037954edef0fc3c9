-- Rewrite rules but those that make a view, whatever they are called, and policies of row security. namespaces: text[].
SELECT 'rule', pg_catalog.format('%%I.%%I.%%I', n.nspname, c.relname, r.rulename), pg_catalog.pg_get_ruledef(r.oid)
FROM pg_catalog.pg_rewrite AS r
JOIN pg_catalog.pg_class AS c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[])
    AND NOT (r.ev_type = '1' AND c.relkind = 'v')
UNION ALL
SELECT 'policy', pg_catalog.format('%%I.%%I.%%I', n.nspname, c.relname, p.polname), ''
FROM pg_catalog.pg_policy AS p
JOIN pg_catalog.pg_class AS c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[])
