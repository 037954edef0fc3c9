-- Notes of reads after one, in their order. after: number of a note; count.
SELECT note, sealed FROM read_notes WHERE note > %(after)s ORDER BY note LIMIT %(count)s
