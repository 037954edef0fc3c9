-- Settings of roles, of this database and of the server, but those that plans, memory, limits, logs and the form of answers
-- follow from: any other may change whose code a session runs, which rows it sees, which triggers it fires. So too of logins
-- that can take a role of the ledger, superusers among them. Of the server's files those are looked at that say what a
-- statement means, by their groups, whose names are in the server's language. The values follow, for a hash. roles: text[].
WITH known (harmless) AS (VALUES (
    '^(log_.*|enable_.*|jit|jit_above_cost|jit_expressions|jit_tuple_deforming|.*_cost|.*work_mem|.*_buffers'
    '|hash_mem_multiplier|.*_io_concurrency|max_parallel_.*|min_parallel_.*|parallel_.*|plan_cache_mode|geqo.*'
    '|from_collapse_limit|join_collapse_limit|cursor_tuple_fraction|default_statistics_target|effective_cache_size'
    '|.*_timeout|tcp_.*|application_name|track_.*|compute_query_id|auto_explain[.].*|pg_stat_statements[.].*'
    '|pgaudit[.].*|DateStyle|IntervalStyle|TimeZone|lc_.*|client_encoding|client_min_messages|bytea_output'
    '|extra_float_digits|default_text_search_config|default_toast_compression|wal_compression'
    '|default_tablespace|temp_tablespaces|temp_file_limit|synchronous_commit|(default_)?transaction_.*|vacuum_.*)$'
)),
-- One of each group: what statements mean, libraries, where code is found, what developers set, what older servers did.
groups (name) AS (
    SELECT category FROM pg_catalog.pg_settings
    WHERE name IN ('search_path', 'local_preload_libraries', 'gin_fuzzy_search_limit', 'ignore_system_indexes',
        'array_nulls', 'transform_null_equals')
)
SELECT 'setting', pg_catalog.concat_ws(' ', 'of', COALESCE(pg_catalog.quote_ident(r.rolname), 'the database')),
       pg_catalog.string_agg(pg_catalog.split_part(c.setting, '=', 1), ', ' ORDER BY c.setting)
       || ' body ' || pg_catalog.string_agg(c.setting, ' ' ORDER BY c.setting)
FROM known
CROSS JOIN pg_catalog.pg_db_role_setting AS s
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c (setting)
WHERE (s.setrole = 0 OR r.rolname = ANY (%(roles)s::pg_catalog.name[]) OR EXISTS (
        SELECT FROM pg_catalog.pg_roles AS ours
        WHERE ours.rolname = ANY (%(roles)s::pg_catalog.name[]) AND pg_catalog.pg_has_role(r.oid, ours.oid, 'MEMBER')))
    AND (s.setdatabase = 0 OR d.datname = pg_catalog.current_database())
    AND NOT pg_catalog.split_part(c.setting, '=', 1) ~ known.harmless
GROUP BY r.rolname
UNION ALL
SELECT 'setting', 'of the server',
       pg_catalog.string_agg(s.name, ', ' ORDER BY s.name)
       || ' body ' || pg_catalog.string_agg(pg_catalog.concat_ws('=', s.name, s.reset_val), ' ' ORDER BY s.name)
FROM pg_catalog.pg_settings AS s, known
WHERE s.reset_val IS DISTINCT FROM s.boot_val AND NOT s.name ~ known.harmless
    AND (s.name LIKE '%%.%%' OR s.category IN (SELECT name FROM groups))
HAVING pg_catalog.count(*) > 0
