-- Indexes by what they are on: the server chooses and cuts off their names. One that is not valid or not ready is
-- not used, or not kept up. namespaces: text[].
SELECT
    'index',
    pg_catalog.format('%%I.%%I %%s', n.nspname, t.relname,
                      pg_catalog.substring(pg_catalog.pg_get_indexdef(c.oid), ' USING (.*)$')),
    pg_catalog.concat_ws(' ', CASE WHEN x.indisunique THEN 'unique' ELSE 'plain' END,
                         CASE WHEN NOT (x.indisvalid AND x.indisready AND x.indislive) THEN 'not in use' END)
FROM pg_catalog.pg_index AS x
JOIN pg_catalog.pg_class AS c ON c.oid = x.indexrelid
JOIN pg_catalog.pg_class AS t ON t.oid = x.indrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
WHERE n.nspname = ANY (%(namespaces)s::pg_catalog.name[])
    AND t.relkind <> 't'
