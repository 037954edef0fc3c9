-- The rights that will be granted on objects made later. namespaces, roles: text[].
SELECT
    'default grant',
    pg_catalog.format('on %%s in %%s made by %%I to %%s', d.defaclobjtype, COALESCE(pg_catalog.quote_ident(n.nspname), 'any'),
                      o.rolname, COALESCE(pg_catalog.quote_ident(r.rolname), 'everybody')),
    pg_catalog.string_agg(
        a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ', '
        ORDER BY a.privilege_type, a.is_grantable)
FROM pg_catalog.pg_default_acl AS d
JOIN pg_catalog.pg_roles AS o ON o.oid = d.defaclrole
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
WHERE (n.nspname = ANY (%(namespaces)s::pg_catalog.name[])
       OR d.defaclnamespace = 0 AND (o.rolname = ANY (%(roles)s::pg_catalog.name[]) OR o.oid = (
           SELECT nspowner FROM pg_catalog.pg_namespace WHERE nspname = (%(namespaces)s::pg_catalog.name[])[1])))
    AND NOT (a.grantee = d.defaclrole AND d.defaclnamespace = 0)
GROUP BY d.defaclobjtype, n.nspname, o.rolname, a.grantee, r.rolname
