-- The row of the head. The recorded time in microseconds since 1970, as text.
SELECT position, batch, trunc(extract(epoch FROM recorded_at) * 1000000)::text, erasures FROM head
