-- The next streams of which events were removed, and how many: there are fewer than the last one counts. stream: exclusive
-- start. count: of streams at most.
SELECT originator_id, max(originator_version) - count(*) AS gone FROM events
WHERE originator_id > %(stream)s
GROUP BY originator_id
HAVING count(*) < max(originator_version)
ORDER BY originator_id
LIMIT %(count)s
