-- Findings in the place of one stream. {entries}. stream.
SELECT stream, subkey, rule, state FROM {views}.{entries} WHERE stream = %(stream)s
