-- Whether two tables have the same findings but for the bytes of states. {entries}, {replaced_entries}.
SELECT NOT EXISTS (
    SELECT FROM {views}.{entries} AS new
    FULL JOIN {views}.{replaced_entries} AS old USING (stream, subkey, rule)
    WHERE to_jsonb(new) - 'state' IS DISTINCT FROM to_jsonb(old) - 'state'
)
