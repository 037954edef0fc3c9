-- Dossiers by name: by reference, or of persons, who have none, by stream. {table}. names: text[]. streams: uuid[].
SELECT name, state FROM {views}.{table} WHERE name = ANY(%(names)s::text[])
UNION ALL
SELECT stream::text, state FROM {views}.{table}
WHERE stream = ANY(%(streams)s::uuid[]) AND subkey = 'dossier' AND name IS NULL
