-- New data subjects; columns in the order of ledger/keys/rows.py.
COPY {keys}.subject_index (subject, reference_hmac, index_version, kind, valid_from, sealed, mac)
FROM STDIN (FORMAT BINARY)
