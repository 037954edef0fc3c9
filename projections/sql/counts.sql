-- How many rows a view has of each kind. {counts}.
SELECT label, rows FROM {counts} WHERE rows <> 0 ORDER BY label
