-- Settings of roles and of this database that would change whose code a session runs, or which rows it sees. roles: text[].
SELECT 'setting', pg_catalog.concat_ws(' ', 'of', COALESCE(pg_catalog.quote_ident(r.rolname), 'the database')),
       pg_catalog.string_agg(pg_catalog.split_part(c.setting, '=', 1), ', ' ORDER BY c.setting)
FROM pg_catalog.pg_db_role_setting AS s
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c (setting)
WHERE (r.rolname = ANY (%(roles)s::pg_catalog.name[]) OR s.setrole = 0)
    AND (s.setdatabase = 0 OR d.datname = pg_catalog.current_database())
    AND pg_catalog.split_part(c.setting, '=', 1) = ANY (ARRAY[
        'role', 'session_authorization', 'session_preload_libraries', 'local_preload_libraries',
        'session_replication_role', 'dynamic_library_path', 'jit_provider', 'allow_system_table_mods', 'row_security',
        'ignore_checksum_failure', 'zero_damaged_pages'])
GROUP BY r.rolname
