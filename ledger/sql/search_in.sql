-- Until the end of the transaction names are looked up here. path: text.
SELECT pg_catalog.set_config('search_path', %(path)s, true)
