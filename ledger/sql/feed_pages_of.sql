-- Some pages, each of one list. roots: bytea[], pages: integer[], one for each root.
SELECT root, tokens
FROM unnest(%(roots)s::bytea[], %(pages)s::integer[]) AS wanted (root, page) JOIN feed_pages USING (root, page)
