-- The number of entries of a table, read in the order of the index. {table}, {condition}, {keys}.
SELECT pg_catalog.count(*) FROM (SELECT FROM ONLY {table} WHERE {condition} ORDER BY {keys} OFFSET 0) AS entries
