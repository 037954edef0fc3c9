-- Nobody but the owner creates anything in the namespaces, and PUBLIC nothing in the database, temporary or not,
-- whatever was granted since, and to whom.
DO $body$
DECLARE
    given record;
BEGIN
    FOR given IN
        SELECT DISTINCT n.nspname AS namespace, coalesce(r.rolname, '') AS whom
        FROM pg_catalog.pg_namespace AS n
        CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) AS a
        LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
        WHERE n.oid IN ('{events}'::regnamespace, '{keys}'::regnamespace, '{views}'::regnamespace)
          AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
    LOOP
        EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM ', given.namespace)
            || CASE given.whom WHEN '' THEN 'PUBLIC' ELSE format('%I', given.whom) END || ' CASCADE';
    END LOOP;
    IF EXISTS (
        SELECT FROM pg_catalog.pg_database AS d, LATERAL pg_catalog.aclexplode(
            coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))
        ) AS granted
        WHERE d.datname = current_database() AND granted.grantee = 0
          AND granted.privilege_type IN ('TEMPORARY', 'CREATE')
          AND pg_catalog.pg_has_role(current_user, d.datdba, 'USAGE')
    ) THEN
        EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
END
$body$;
