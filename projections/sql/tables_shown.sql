-- The tables that readers see under a view's own name, as the view itself reads them. view: that name.
SELECT DISTINCT shown.found[1]
FROM pg_catalog.pg_class AS named
CROSS JOIN LATERAL pg_catalog.regexp_matches(
    pg_catalog.pg_get_viewdef(named.oid), '\m(?:FROM|JOIN) \(*(?:\w+\.)?(\w+)', 'g') AS shown (found)
WHERE named.oid = pg_catalog.to_regclass('{views}.' || pg_catalog.quote_ident(%(view)s)) AND named.relkind = 'v'
ORDER BY 1
