-- Dossiers of all systems. {table}.
SELECT name, state FROM {table} WHERE name >= 'system/' AND name < 'system0'
