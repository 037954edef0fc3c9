-- All notes of reads that are no event yet.
SELECT note, sealed, visit, noted_at FROM read_notes
