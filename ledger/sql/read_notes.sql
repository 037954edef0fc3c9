-- Notes of reads after one, in their order. after: number of a note, null: all. count: at most, null: as many as there are.
SELECT note, sealed FROM read_notes WHERE (%(after)s::bigint IS NULL OR note > %(after)s) ORDER BY note LIMIT %(count)s
