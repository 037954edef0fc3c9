-- Every way from a login to roles: member, role that it can take, whether it may hand it on, whether the member may do
-- everything anyway (the owner, superusers). Roles are the ledger's, its owner, and those of the server but the ones
-- that only watch it. roles: text[]; namespace: text, whose owner is meant.
WITH RECURSIVE way (member, role, hands_on) AS (
    SELECT m.member, m.roleid, m.admin_option FROM pg_catalog.pg_auth_members AS m
    UNION
    SELECT w.member, m.roleid, m.admin_option
    FROM way AS w JOIN pg_catalog.pg_auth_members AS m ON m.member = w.role
)
SELECT m.rolname::text, r.rolname::text, pg_catalog.bool_or(w.hands_on),
       pg_catalog.bool_or(m.rolsuper OR m.oid = n.nspowner)
FROM way AS w
JOIN pg_catalog.pg_roles AS m ON m.oid = w.member
JOIN pg_catalog.pg_roles AS r ON r.oid = w.role
LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = %(namespace)s
WHERE r.rolname = ANY (%(roles)s::pg_catalog.name[]) OR r.oid = n.nspowner
    OR (r.rolname LIKE 'pg\_%%' AND m.rolname NOT LIKE 'pg\_%%' AND r.rolname <> ALL (ARRAY[
        'pg_monitor', 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables', 'pg_signal_backend',
        'pg_checkpoint', 'pg_use_reserved_connections', 'pg_signal_autovacuum_worker', 'pg_database_owner']))
    OR m.rolname = ANY (%(roles)s::pg_catalog.name[])
GROUP BY m.rolname, r.rolname
ORDER BY m.rolname, r.rolname
