-- Keep the tree that a log is about to promise; a guard refuses one that contradicts the last.
-- origin, size, root. history: what all that the log signed comes to.
INSERT INTO promises (origin, size, root, history) VALUES (%(origin)s, %(size)s, %(root)s, %(history)s)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, history = excluded.history
