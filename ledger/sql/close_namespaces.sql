-- Nobody but the owner creates anything here, and nobody makes temporary objects, whatever was granted since.
REVOKE CREATE ON SCHEMA {events}, {keys}, {views}
    FROM PUBLIC, {recorder}, {eraser}, {projector}, {reader}, {publisher};
DO $body$
BEGIN
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
