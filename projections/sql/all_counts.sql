-- What a view counts. {counts}.
SELECT label, rows, added FROM {views}.{counts}
