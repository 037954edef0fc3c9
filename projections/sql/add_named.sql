-- Events that annulments have named. streams: uuid[], sources, ids: text[], pairwise.
INSERT INTO {views}.named_events (stream, source, id)
SELECT * FROM unnest(%(streams)s::uuid[], %(sources)s::text[], %(ids)s::text[])
ON CONFLICT DO NOTHING
