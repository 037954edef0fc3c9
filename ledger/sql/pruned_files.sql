-- The streams of which events were removed, and how many: there are fewer than the last one counts.
SELECT originator_id, max(originator_version) - count(*) AS gone FROM events
GROUP BY originator_id
HAVING count(*) < max(originator_version)
ORDER BY originator_id
