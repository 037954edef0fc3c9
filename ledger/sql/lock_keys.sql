-- One writer of keys or subjects at a time, until the end of the transaction: consumers that make them,
-- erasures that destroy them, rotations that wrap them again.
LOCK TABLE {keys}.key_writer IN EXCLUSIVE MODE
