-- Each batch has a hash over its row, the names of its events, the tables beside the events and the batch before
-- it, under a key that is not in the database (`ledger/writing/chain.py`). NULL in batches from before this migration.

-- erasures: what the head counted by then. promised: the largest tree that was promised. names: SHA-256 of the
-- rows in event_ids. sums: of bookmarks, intake_windows, dead_letters and tracking, 32 bytes each.
ALTER TABLE {events}.batches
    ADD COLUMN erasures bigint,
    ADD COLUMN promised bigint,
    ADD COLUMN names    bytea,
    ADD COLUMN sums     bytea,
    ADD COLUMN mac      bytea;

-- The keyed hash of the row itself: says which row it is, where a sum is not what it was.
ALTER TABLE {events}.bookmarks ADD COLUMN mac bytea;
ALTER TABLE {events}.intake_windows ADD COLUMN mac bytea;
ALTER TABLE {events}.dead_letters ADD COLUMN mac bytea;
ALTER TABLE {events}.tracking ADD COLUMN mac bytea;
ALTER TABLE {events}.rejection_answers ADD COLUMN mac bytea;

-- SHA-256 over all trees that the log promised, one after the other, so that a checkpoint cannot go unnoticed from
-- the history in the log's folder. NULL until the publisher has read that history once.
ALTER TABLE {events}.promises ADD COLUMN history bytea;
