-- New data keys, wrapped; columns in the order of ledger/keys/rows.py.
COPY {keys}.data_keys (subject, category, generation, from_month, epoch, wrapped) FROM STDIN (FORMAT BINARY)
