-- Note reads, each sealed. sealed: text[].
INSERT INTO read_notes (sealed) SELECT unnest(%(sealed)s::text[])
