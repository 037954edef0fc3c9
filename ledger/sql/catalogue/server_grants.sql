-- Rights on the server's own objects that no server gives: those of a role of the ledger, and creating among them.
-- roles: text[].
SELECT 'server grant', pg_catalog.format('%%s %%s to %%s', g.kind, g.name, COALESCE(pg_catalog.quote_ident(r.rolname), 'everybody')),
       pg_catalog.string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
FROM (
    SELECT 'namespace', nspname::text, nspowner, nspacl FROM pg_catalog.pg_namespace WHERE nspname = 'pg_catalog'
    UNION ALL
    SELECT 'function', pg_catalog.format('%%I(%%s)', proname, pg_catalog.pg_get_function_identity_arguments(oid)),
           proowner, proacl
    FROM pg_catalog.pg_proc WHERE pronamespace = 'pg_catalog'::pg_catalog.regnamespace AND proacl IS NOT NULL
    UNION ALL
    SELECT 'table', pg_catalog.format('%%I', relname), relowner, relacl
    FROM pg_catalog.pg_class WHERE relnamespace = 'pg_catalog'::pg_catalog.regnamespace AND relacl IS NOT NULL
) AS g (kind, name, owner, acl)
CROSS JOIN LATERAL pg_catalog.aclexplode(g.acl) AS a
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
WHERE r.rolname = ANY (%(roles)s::pg_catalog.name[])
    OR g.kind = 'namespace' AND a.privilege_type = 'CREATE' AND a.grantee <> g.owner
GROUP BY g.kind, g.name, a.grantee, r.rolname
