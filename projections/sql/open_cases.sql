-- How many cases of each kind are open, and how many of them too late. {table}. clock.
SELECT open_kind, count(*)::float8, (count(*) FILTER (WHERE due <= %(clock)s))::float8
FROM {views}.{table}
WHERE open_kind IS NOT NULL
GROUP BY open_kind
ORDER BY open_kind
