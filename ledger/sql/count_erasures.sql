-- How many erasures are recorded: each has one last event.
-- Every id lies in the range. To PostgreSQL a range is few rows, also before it has looked at the table, so it reads the
-- index of erasures. NOT NULL would be nearly all rows to it, and it would read the names of all events at each start.
SELECT count(*) FROM event_ids
WHERE erasure BETWEEN '00000000-0000-0000-0000-000000000000' AND 'ffffffff-ffff-ffff-ffff-ffffffffffff'
