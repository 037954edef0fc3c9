-- Whether two tables of a view have the same rows. {table}, {replaced_table}.
SELECT NOT EXISTS (
    SELECT FROM {views}.{table} AS new FULL JOIN {views}.{replaced_table} AS old USING (stream, subkey)
    WHERE new.state IS DISTINCT FROM old.state
)
