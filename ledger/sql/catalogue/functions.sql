-- Functions, each with its owner and definition; the last word is a digest of the body. namespaces: text[].
SELECT
    'function',
    pg_catalog.format('%%I.%%I(%%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
    pg_catalog.concat_ws(' ',
        'kind', p.prokind, pg_catalog.format('owner %%I', o.rolname), 'language', l.lanname,
        'returns', pg_catalog.pg_get_function_result(p.oid),
        CASE WHEN p.prosecdef THEN 'security definer' END,
        CASE WHEN p.proleakproof THEN 'leakproof' END,
        CASE WHEN p.proisstrict THEN 'strict' END,
        'volatility', p.provolatile, 'parallel', p.proparallel,
        CASE WHEN p.prosupport <> 0 THEN 'support' END,
        CASE WHEN p.protrftypes IS NOT NULL THEN 'transform' END,
        'defaults ' || pg_catalog.pg_get_expr(p.proargdefaults, 0),
        'set ' || pg_catalog.array_to_string(p.proconfig, '; '),
        'body ' || COALESCE(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc))
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_roles AS o ON o.oid = p.proowner
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[])
