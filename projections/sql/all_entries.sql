-- All entries in the order of their activities. {entries}.
SELECT activity, totals, entry FROM {entries} ORDER BY activity
