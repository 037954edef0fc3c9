-- The pages of some lists. roots: bytea[].
DELETE FROM feed_pages WHERE root = ANY(%(roots)s::bytea[])
