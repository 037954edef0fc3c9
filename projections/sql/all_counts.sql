-- How many rows a view is said to have of each kind, and how many ever came. {views}, {table}.
SELECT label, rows, added FROM {views}.{table}
