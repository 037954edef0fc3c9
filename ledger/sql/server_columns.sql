-- Every table of the server's catalogue with its columns in order: whether one is a function, which is read as a number,
-- and whether this login may read it. Roles and mappings of users are read as the server shows them to everybody.
SELECT CASE c.relname WHEN 'pg_roles' THEN 'pg_authid' WHEN 'pg_user_mappings' THEN 'pg_user_mapping' ELSE c.relname::text END, c.relname::text, a.attname::text,
       a.atttypid = 'pg_catalog.regproc'::pg_catalog.regtype,
       pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'),
       pg_catalog.format_type(a.atttypid, NULL)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace AND c.relname NOT IN ('pg_authid', 'pg_user_mapping')
    AND (c.relkind IN ('r', 'p') OR c.relname IN ('pg_roles', 'pg_user_mappings'))
ORDER BY 1, a.attnum
