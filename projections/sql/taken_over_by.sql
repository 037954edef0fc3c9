-- Facts about takeovers by which somebody took a contract over. {table}. names: text[], of the new parties.
SELECT second_on, stream, subkey, state FROM {views}.{table}
WHERE second_on = ANY(%(names)s) AND subkey LIKE 'takeover/%%'
ORDER BY occurred_at, stream, subkey
