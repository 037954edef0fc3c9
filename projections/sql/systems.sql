-- Dossiers of all systems. {table}.
SELECT name, state FROM {views}.{table} WHERE name >= 'system/' AND name < 'system0'
