-- How many reads are noted that should be an event by now: those by themselves, and those of visits that began too long
-- ago to go on. begun: of those, the latest time.
SELECT count(*) FROM read_notes WHERE visit IS NULL OR noted_at <= %(begun)s
