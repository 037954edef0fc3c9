-- Facts about takeovers by which somebody took a contract over. {table}. names: bigint[], hashes of the names of the
-- new parties. kind: of such facts.
SELECT stream, subkey, state FROM {views}.{table}
WHERE second_on = ANY(%(names)s::bigint[]) AND subkey >= %(kind)s AND subkey < chr(ascii(%(kind)s) + 1)
ORDER BY occurred_at, stream, subkey
