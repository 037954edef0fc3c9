-- Progress of every view.
SELECT view, version, position, colour FROM {views}.view_bookmarks ORDER BY view
