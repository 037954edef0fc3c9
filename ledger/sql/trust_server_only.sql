-- Until the end of the transaction names without a namespace are the server's own, and texts of definitions say
-- every other namespace.
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)
