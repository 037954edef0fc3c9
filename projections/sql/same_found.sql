-- Whether two tables have the same findings. {entries}, {replaced_entries}.
SELECT NOT EXISTS (
    SELECT FROM {views}.{entries} AS new
    FULL JOIN {views}.{replaced_entries} AS old USING (stream, subkey, rule)
    WHERE new.state IS DISTINCT FROM old.state
)
