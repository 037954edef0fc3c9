-- Traces of all streams, in order. {table}.
SELECT stream, state FROM {views}.{table} WHERE subkey = 'traces' ORDER BY stream
