-- All entries in the order of their activities. {entries}.
SELECT activity, totals, entry FROM {views}.{entries} ORDER BY activity
