-- Facts about takeovers by which somebody took a contract over. {table}. name: of the new party.
SELECT stream, subkey, state FROM {views}.{table}
WHERE second_on = %(name)s AND subkey LIKE 'takeover/%%'
ORDER BY occurred_at, stream, subkey
