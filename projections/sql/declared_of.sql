-- Declarations of activities. {table}. subkeys: text[].
SELECT subkey, state FROM {views}.{table}
WHERE subkey = ANY(%(subkeys)s::text[]) AND subkey <> 'observed'
