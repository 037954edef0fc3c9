-- Everything else that can stand in a namespace. namespaces: text[].
SELECT kind, pg_catalog.format('%%I.%%I', n.nspname, o.name), ''
FROM (
    SELECT 'type', t.typname, t.typnamespace
    FROM pg_catalog.pg_type AS t
    LEFT JOIN pg_catalog.pg_type AS e ON e.oid = t.typelem AND t.typcategory = 'A'
    WHERE COALESCE(NULLIF(t.typrelid, 0), e.typrelid, 0) = 0
    UNION ALL SELECT 'operator', oprname, oprnamespace FROM pg_catalog.pg_operator
    UNION ALL SELECT 'operator class', opcname, opcnamespace FROM pg_catalog.pg_opclass
    UNION ALL SELECT 'operator family', opfname, opfnamespace FROM pg_catalog.pg_opfamily
    UNION ALL SELECT 'conversion', conname, connamespace FROM pg_catalog.pg_conversion
    UNION ALL SELECT 'collation', collname, collnamespace FROM pg_catalog.pg_collation
    UNION ALL SELECT 'statistics', stxname, stxnamespace FROM pg_catalog.pg_statistic_ext
    UNION ALL SELECT 'text search', cfgname, cfgnamespace FROM pg_catalog.pg_ts_config
    UNION ALL SELECT 'text search', dictname, dictnamespace FROM pg_catalog.pg_ts_dict
    UNION ALL SELECT 'text search', prsname, prsnamespace FROM pg_catalog.pg_ts_parser
    UNION ALL SELECT 'text search', tmplname, tmplnamespace FROM pg_catalog.pg_ts_template
) AS o (kind, name, namespace)
JOIN pg_catalog.pg_namespace AS n ON n.oid = o.namespace
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[])
