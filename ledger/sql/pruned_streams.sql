-- Streams of which events were removed: there are fewer than the last one counts.
SELECT originator_id FROM events
GROUP BY originator_id
HAVING count(*) < max(originator_version)
ORDER BY originator_id
