-- How many reads are noted and no event yet.
SELECT count(*) FROM read_notes
