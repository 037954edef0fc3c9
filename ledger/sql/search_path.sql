-- Where this session looks names up.
SELECT pg_catalog.current_setting('search_path')
