-- Remove notes that were recorded. notes: bigint[].
DELETE FROM read_notes WHERE note = ANY(%(notes)s)
