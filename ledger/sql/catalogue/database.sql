-- Rights on this database that no fresh one gives: a role that may make databases copies it, code runs at each login,
-- a role
-- other than the ledger's owner or the first superuser owns it, or roles other than its owner change it. namespaces:
-- text[].
SELECT 'database', pg_catalog.quote_ident(d.datname), pg_catalog.concat_ws(', ',
    CASE WHEN d.datistemplate THEN 'may be copied' END,
    CASE WHEN pg_catalog.to_jsonb(d) ->> 'dathasloginevt' = 'true' THEN 'runs something at a login' END,
    CASE WHEN d.datdba <> 10 AND d.datdba <> COALESCE(o.owner, d.datdba)
        THEN pg_catalog.format('belongs to %%I', pg_catalog.pg_get_userbyid(d.datdba)) END,
    c.others)
FROM pg_catalog.pg_database AS d
CROSS JOIN LATERAL (SELECT pg_catalog.max(nspowner::bigint)::oid FROM pg_catalog.pg_namespace
    WHERE nspname = (%(namespaces)s::pg_catalog.name[])[1]) AS o (owner)
CROSS JOIN LATERAL (
    SELECT pg_catalog.string_agg(pg_catalog.format('%%s %%s', COALESCE(pg_catalog.quote_ident(r.rolname), 'everybody'),
        CASE WHEN a.privilege_type = 'CREATE' THEN 'creates' WHEN a.is_grantable THEN 'hands rights on'
            ELSE 'makes temporary objects' END), ', ' ORDER BY r.rolname, a.privilege_type)
    FROM pg_catalog.aclexplode(d.datacl) AS a LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
    WHERE a.grantee <> d.datdba
        AND (a.privilege_type = 'CREATE' OR a.is_grantable OR a.privilege_type = 'TEMPORARY' AND a.grantee <> 0)) AS c (others)
WHERE d.datname = pg_catalog.current_database()
    AND (d.datistemplate OR pg_catalog.to_jsonb(d) ->> 'dathasloginevt' = 'true' OR c.others IS NOT NULL
        OR d.datdba <> 10 AND d.datdba <> COALESCE(o.owner, d.datdba))
