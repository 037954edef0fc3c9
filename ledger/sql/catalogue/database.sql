-- What this database lets others do, and no fresh one does: be copied by who may make databases, run something at each
-- login, or be changed by everybody.
SELECT 'database', pg_catalog.quote_ident(d.datname), pg_catalog.concat_ws(', ',
    CASE WHEN d.datistemplate THEN 'may be copied' END,
    CASE WHEN pg_catalog.to_jsonb(d) ->> 'dathasloginevt' = 'true' THEN 'runs something at a login' END,
    CASE WHEN c.everybody THEN 'everybody creates' END)
FROM pg_catalog.pg_database AS d
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM pg_catalog.aclexplode(d.datacl) AS a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')) AS c (everybody)
WHERE d.datname = pg_catalog.current_database()
    AND (d.datistemplate OR pg_catalog.to_jsonb(d) ->> 'dathasloginevt' = 'true' OR c.everybody)
