-- What authenticates a row of the keys that is not a wrapped key: an HMAC over all its columns, under a key that
-- the database never has. Rows from before get theirs from `ledger init`.
ALTER TABLE {keys}.epochs ADD COLUMN mac bytea;
ALTER TABLE {keys}.subject_index ADD COLUMN mac bytea;
ALTER TABLE {keys}.tombstones ADD COLUMN mac bytea;
ALTER TABLE {keys}.fences ADD COLUMN mac bytea;

GRANT UPDATE (mac) ON {keys}.subject_index TO {recorder};
