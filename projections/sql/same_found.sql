-- Whether two tables have the same findings, all columns byte for byte. {entries}, {replaced_entries}.
SELECT NOT EXISTS (
    SELECT FROM {views}.{entries} AS new
    FULL JOIN {views}.{replaced_entries} AS old USING (stream, subkey, rule)
    WHERE ROW(new.*) IS DISTINCT FROM ROW(old.*)
)
