-- Columns in their order, without those that were dropped, and of tables: a view says its own. namespaces: text[].
SELECT
    'column',
    pg_catalog.format('%%I.%%I.%%I', n.nspname, c.relname, a.attname),
    pg_catalog.concat_ws(' ',
        pg_catalog.row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
        pg_catalog.format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || l.collname END,
        CASE WHEN a.attnotnull THEN 'not null' END,
        CASE WHEN a.attidentity <> '' THEN 'identity ' || a.attidentity::text END,
        CASE WHEN a.attgenerated <> '' THEN 'generated ' || a.attgenerated::text END,
        'default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid),
        CASE WHEN d.oid IS NOT NULL AND NOT a.atthasdef THEN 'without it' END,
        CASE WHEN a.attstorage <> t.typstorage THEN 'storage ' || a.attstorage::text END,
        CASE WHEN a.attcompression <> '' THEN 'compression ' || a.attcompression::text END,
        CASE WHEN NOT a.attislocal OR a.attinhcount > 0 THEN 'inherited' END)
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[]) AND c.relkind NOT IN ('i', 'I', 't', 'S', 'v')
    AND a.attnum > 0 AND NOT a.attisdropped
