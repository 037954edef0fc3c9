-- What was counted of each topic, by the columns of the hashes, and those. Times in microseconds since 1970, as text.
SELECT topic, messages, rejections, trunc(extract(epoch FROM halted_at) * 1000000)::text, mac
FROM intake_windows ORDER BY topic
