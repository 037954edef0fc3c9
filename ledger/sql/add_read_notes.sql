-- Note reads, each sealed. sealed: text[]. visits: text[], of which visit each is, null: it is recorded by itself.
-- times: timestamptz[], when each was noted.
INSERT INTO read_notes (sealed, visit, noted_at)
SELECT * FROM unnest(%(sealed)s::text[], %(visits)s::text[], %(times)s::timestamptz[])
