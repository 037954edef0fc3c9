-- The tables that readers see under a view's own name. view: that name.
SELECT DISTINCT shown.relname::text
FROM pg_class AS named
JOIN pg_rewrite AS rule ON rule.ev_class = named.oid
JOIN pg_depend AS needs ON needs.classid = 'pg_rewrite'::regclass AND needs.objid = rule.oid
JOIN pg_class AS shown ON needs.refclassid = 'pg_class'::regclass AND shown.oid = needs.refobjid
WHERE named.oid = to_regclass('{views}.' || quote_ident(%(view)s)) AND named.relkind = 'v' AND shown.oid <> named.oid
ORDER BY 1
