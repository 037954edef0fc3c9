-- How many rows a view has of each kind, and how many ever came, by two parts of their label. {counts}.
-- today: text. The third part is a day; once it has passed, the second one is `expired`.
SELECT split_part(label, '/', 1) AS first,
       CASE WHEN split_part(label, '/', 3) <> '' AND split_part(label, '/', 3) < %(today)s::text
            THEN 'expired' ELSE split_part(label, '/', 2) END AS second,
       sum(rows)::float8,
       sum(added)::float8
FROM {views}.{counts}
GROUP BY first, second
ORDER BY first, second
