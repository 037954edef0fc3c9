-- Events that annulments have named. {named}. streams: uuid[], sources, ids: text[], pairwise.
INSERT INTO {named} (stream, source, id)
SELECT * FROM unnest(%(streams)s::uuid[], %(sources)s::text[], %(ids)s::text[])
ON CONFLICT DO NOTHING
