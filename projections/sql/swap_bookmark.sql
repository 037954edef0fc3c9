-- A rebuilt view takes over. view, version, position, colour: of the new rows.
UPDATE {views}.view_bookmarks
SET version = %(version)s, position = %(position)s, colour = %(colour)s
WHERE view = %(view)s
