-- The events of one batch, in the order of their positions; columns in the order of ledger/writing/rows.py.
COPY events (originator_id, topic, state, originator_version, notification_id, recorded_at)
FROM STDIN (FORMAT BINARY)
