-- Dossiers by name. {table}. names: text[].
SELECT name, state FROM {table} WHERE name = ANY(%(names)s::text[])
