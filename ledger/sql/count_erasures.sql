-- How many erasures are recorded: each has one last event.
SELECT count(*) FROM event_ids WHERE erasure IS NOT NULL
