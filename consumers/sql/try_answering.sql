-- True for one consumer of this ledger at a time, until the end of the transaction: an answer is sent
-- twice only after a crash.
SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '.rejection_answers', 0))
