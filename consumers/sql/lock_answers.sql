-- One consumer of this ledger at a time, until the end of the transaction: an answer is sent twice only after
-- a crash. Fails when there is another.
LOCK TABLE {events}.answer_sender IN EXCLUSIVE MODE NOWAIT
