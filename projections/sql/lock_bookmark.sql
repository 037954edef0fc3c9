-- Progress of one view, which stays as it is until the end of the transaction. view: its name.
SELECT view, version, position, colour FROM {views}.view_bookmarks WHERE view = %(view)s FOR UPDATE
