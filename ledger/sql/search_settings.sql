-- Where this session looks names up, and how many workers help with one question.
SELECT pg_catalog.current_setting('search_path'), pg_catalog.current_setting('max_parallel_workers_per_gather')
