-- How many rows a view has of each kind, and how many ever came. {counts}.
SELECT label, rows, added FROM {counts} ORDER BY label
