-- Compare-and-set of a view's progress. No row: fenced. view, version, colour, start, end: positions.
UPDATE {views}.view_bookmarks SET position = %(end)s
WHERE view = %(view)s AND version = %(version)s AND colour = %(colour)s AND position = %(start)s
