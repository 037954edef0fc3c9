-- Facts about takeovers of contracts by or from somebody. {table}. names: bigint[], hashes of the names of the
-- parties. kind: of such facts.
SELECT stream, subkey, state FROM {views}.{table}
WHERE (first_on = ANY(%(names)s::bigint[]) OR second_on = ANY(%(names)s::bigint[]))
  AND subkey >= %(kind)s AND subkey < chr(ascii(%(kind)s) + 1)
ORDER BY occurred_at, stream, subkey
