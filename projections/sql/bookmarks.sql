-- Progress of every view.
SELECT view, version, position, colour FROM view_bookmarks ORDER BY view
