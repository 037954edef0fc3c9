-- The rights on the ledger's objects, one row an object and grantee; a right that may be handed on has a star.
-- MAINTAIN of an owner is known to newer servers only. namespaces: text[].
SELECT
    'grant',
    pg_catalog.format('%%s %%s to %%s', g.kind, g.name, COALESCE(pg_catalog.quote_ident(r.rolname), 'everybody')),
    pg_catalog.string_agg(
        a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ', '
        ORDER BY a.privilege_type, a.is_grantable)
FROM (
    SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END,
           pg_catalog.format('%%I.%%I', n.nspname, c.relname), n.nspname, c.relowner,
           COALESCE(c.relacl, pg_catalog.acldefault(
               (CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::pg_catalog."char", c.relowner))
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind NOT IN ('i', 'I', 't', 'c')
    UNION ALL
    SELECT 'column', pg_catalog.format('%%I.%%I.%%I', n.nspname, c.relname, a.attname), n.nspname, c.relowner, a.attacl
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL
    UNION ALL
    SELECT 'namespace', pg_catalog.format('%%I', n.nspname), n.nspname, n.nspowner,
           COALESCE(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
    FROM pg_catalog.pg_namespace AS n
    UNION ALL
    SELECT 'function',
           pg_catalog.format('%%I.%%I(%%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
           n.nspname, p.proowner, COALESCE(p.proacl, pg_catalog.acldefault('f', p.proowner))
    FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
) AS g (kind, name, namespace, owner, acl)
CROSS JOIN LATERAL pg_catalog.aclexplode(g.acl) AS a
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
WHERE g.namespace = ANY (%(namespaces)s::pg_catalog.name[])
    AND NOT (a.grantee = g.owner AND a.privilege_type = 'MAINTAIN')
GROUP BY g.kind, g.name, a.grantee, r.rolname
