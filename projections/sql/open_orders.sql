-- How many orders are open, and how many of them too late, each once however many persons it is about. clock.
SELECT (count(DISTINCT subkey))::float8, (count(DISTINCT subkey) FILTER (WHERE due <= %(clock)s))::float8
FROM {views}.orders
WHERE open_kind IS NOT NULL
