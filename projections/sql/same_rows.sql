-- Whether two tables of a view have the same rows, all columns byte for byte. {table}, {replaced_table}.
SELECT NOT EXISTS (
    SELECT FROM {views}.{table} AS new FULL JOIN {views}.{replaced_table} AS old USING (stream, subkey)
    WHERE ROW(new.*) IS DISTINCT FROM ROW(old.*)
)
