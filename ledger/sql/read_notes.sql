-- Notes of reads that are recorded by themselves, in their order. after: number of a note, null: all. count: at most.
SELECT note, sealed, visit, noted_at FROM read_notes
WHERE visit IS NULL AND (%(after)s::bigint IS NULL OR note > %(after)s)
ORDER BY note LIMIT %(count)s
