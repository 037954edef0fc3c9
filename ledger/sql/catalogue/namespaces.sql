-- The ledger's namespaces and their owners. namespaces: text[].
SELECT 'namespace', pg_catalog.format('%%I', n.nspname), pg_catalog.format('owner %%I', o.rolname)
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_roles AS o ON o.oid = n.nspowner
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[])
