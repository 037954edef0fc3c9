-- The number of rows of a table that an index covers. {table}, {condition}.
SELECT pg_catalog.count(*) FROM ONLY {table} WHERE {condition}
