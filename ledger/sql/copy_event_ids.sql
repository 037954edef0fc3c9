-- The names of the events of one batch.
COPY event_ids (source, id, position, fingerprint, generation) FROM STDIN (FORMAT BINARY)
