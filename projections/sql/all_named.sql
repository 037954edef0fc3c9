-- Every event that annulments have named. {views}.
SELECT stream, source, id FROM {views}.named_events
