-- The table that a view's own name shows. namespace, name: text.
SELECT DISTINCT t.relname::text
FROM pg_catalog.pg_class AS v
JOIN pg_catalog.pg_namespace AS n ON n.oid = v.relnamespace
JOIN pg_catalog.pg_rewrite AS r ON r.ev_class = v.oid
JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid AND t.oid <> v.oid
WHERE n.nspname = %(namespace)s AND v.relname = %(name)s
