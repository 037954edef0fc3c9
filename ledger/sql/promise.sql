-- Keep the tree that a log is about to promise; a guard refuses one that contradicts the last.
INSERT INTO promises (origin, size, root) VALUES (%(origin)s, %(size)s, %(root)s)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root
