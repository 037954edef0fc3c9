-- Dossiers by name. {table}. names: text[].
SELECT name, state FROM {views}.{table} WHERE name = ANY(%(names)s::text[])
