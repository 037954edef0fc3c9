-- Topics that were halted, by the columns of the hashes, and those. Times in microseconds since 1970, as text.
SELECT topic, trunc(extract(epoch FROM halted_at) * 1000000)::text, mac
FROM intake_windows ORDER BY topic
