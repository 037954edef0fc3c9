-- States of the rows of a subkey, stream by stream. {table}. subkey.
SELECT state FROM {views}.{table} WHERE subkey = %(subkey)s ORDER BY stream
