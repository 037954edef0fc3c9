-- How many requests are open, and how many of them too late. clock.
SELECT open_right, count(*)::float8, (count(*) FILTER (WHERE due <= %(clock)s))::float8
FROM rights_requests
WHERE open_right IS NOT NULL
GROUP BY open_right
ORDER BY open_right
