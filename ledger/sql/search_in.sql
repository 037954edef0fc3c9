-- Until the end of the transaction names are looked up here, and definitions read as they are written in
-- `catalogue.txt`, whatever the site set. A question to the catalogue is small: starting `workers` for one
-- takes longer than the answer. path, workers: text.
SELECT pg_catalog.set_config('search_path', %(path)s, true),
       pg_catalog.set_config('max_parallel_workers_per_gather', %(workers)s, true),
       pg_catalog.set_config('quote_all_identifiers', 'off', true),
       pg_catalog.set_config('DateStyle', 'ISO, MDY', true),
       pg_catalog.set_config('IntervalStyle', 'postgres', true),
       pg_catalog.set_config('extra_float_digits', '1', true)
