-- Every event that an annulment has named.
SELECT stream, source, id FROM {views}.named_events
