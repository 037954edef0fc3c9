-- Pages of the list of a feed. root, pages, tokens.
INSERT INTO feed_pages (root, page, tokens)
SELECT %(root)s, page, tokens FROM unnest(%(pages)s::integer[], %(tokens)s::bytea[]) AS new (page, tokens)
