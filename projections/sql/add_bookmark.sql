-- A view at its beginning; one that is there stays. view, version, colour.
INSERT INTO {views}.view_bookmarks (view, version, position, colour)
VALUES (%(view)s, %(version)s, 0, %(colour)s)
ON CONFLICT DO NOTHING
