-- One publisher of a ledger's log at a time, until the end of the transaction. Fails when there is another.
LOCK TABLE {events}.log_writer IN EXCLUSIVE MODE NOWAIT
