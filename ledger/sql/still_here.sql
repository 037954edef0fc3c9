-- Whether the connection, and what it has locked, is still there.
SELECT 1
