-- Keep the tree that a log is about to promise; a guard refuses a tree that contradicts the last.
-- origin, size, root. history: the digest of all trees that the log signed.
INSERT INTO promises (origin, size, root, history) VALUES (%(origin)s, %(size)s, %(root)s, %(history)s)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, history = excluded.history
