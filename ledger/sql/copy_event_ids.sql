-- The names of the events of one batch.
COPY event_ids (source, id, position, fingerprint, fingerprint_key) FROM STDIN (FORMAT BINARY)
