-- One rebuild of a view at a time, until the end of the transaction. Fails when there is another. {lock}.
LOCK TABLE {views}.{lock} IN EXCLUSIVE MODE NOWAIT
