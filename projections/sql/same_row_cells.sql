-- Whether two tables of a view have the same rows but for the bytes of states. {table}, {replaced_table}.
SELECT NOT EXISTS (
    SELECT FROM {views}.{table} AS new FULL JOIN {views}.{replaced_table} AS old USING (stream, subkey)
    WHERE to_jsonb(new) - 'state' IS DISTINCT FROM to_jsonb(old) - 'state'
)
