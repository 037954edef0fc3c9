-- Attributes of the ledger's roles, and their rights on the database itself, beyond their grants.
-- Either all of them log in, as `ledger init` makes them, or none, where the site has logins of its own.
-- Temporary objects are the site's choice in a database that `ledger init` does not own. namespaces, roles: text[].
SELECT
    'role', pg_catalog.format('%%I', r.rolname),
    pg_catalog.concat_ws(' ', 'role',
        CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN r.rolcreaterole THEN 'createrole' END,
        CASE WHEN r.rolcreatedb THEN 'createdb' END, CASE WHEN r.rolreplication THEN 'replication' END,
        CASE WHEN r.rolbypassrls THEN 'bypassrls' END, CASE WHEN r.rolinherit THEN 'inherit' END, CASE WHEN r.rolcanlogin AND n.some_do_not THEN 'login' END,
        CASE WHEN pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CREATE') THEN 'creates' END,
        CASE WHEN pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'TEMPORARY') AND EXISTS (
            SELECT FROM pg_catalog.pg_database AS d JOIN pg_catalog.pg_namespace AS n
                ON pg_catalog.pg_has_role(n.nspowner, d.datdba, 'USAGE')
            WHERE d.datname = pg_catalog.current_database()
                AND n.nspname = (%(namespaces)s::pg_catalog.name[])[1]) THEN 'makes temporary objects' END)
FROM pg_catalog.pg_roles AS r
CROSS JOIN (SELECT pg_catalog.bool_or(NOT rolcanlogin) FROM pg_catalog.pg_roles
    WHERE rolname = ANY (%(roles)s::pg_catalog.name[])) AS n (some_do_not)
WHERE r.rolname = ANY (%(roles)s::pg_catalog.name[])
