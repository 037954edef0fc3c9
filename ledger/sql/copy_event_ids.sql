-- The names of the events of one batch; columns in the order of ledger/writing/rows.py.
COPY event_ids (name, fingerprint, generation, erasure, position) FROM STDIN (FORMAT BINARY)
