-- Whether two tables have the same entries of activities. {entries}, {replaced_entries}.
SELECT NOT EXISTS (
    SELECT FROM {views}.{entries} AS new FULL JOIN {views}.{replaced_entries} AS old USING (activity)
    WHERE (new.totals, new.entry) IS DISTINCT FROM (old.totals, old.entry)
)
