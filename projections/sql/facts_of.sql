-- Facts of some kinds of some streams. {table}. streams: uuid[]. kinds: text[].
SELECT stream, subkey, state FROM {table}
WHERE stream = ANY(%(streams)s::uuid[])
  AND split_part(subkey, '/', 1) = ANY(%(kinds)s::text[])
ORDER BY stream, subkey
