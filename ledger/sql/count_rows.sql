-- How many rows of a table an index is of. {table}, {condition}.
SELECT pg_catalog.count(*) FROM ONLY {table} WHERE {condition}
