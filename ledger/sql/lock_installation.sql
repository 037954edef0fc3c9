-- One installer at a time, until the end of the transaction. Only the owner may lock so; readers go on.
LOCK TABLE {events}.migrations IN EXCLUSIVE MODE
