-- The streams, among the given, that lack pruned events: they have fewer events than the last one counts. streams:
-- uuid[].
SELECT originator_id FROM events
WHERE originator_id = ANY(%(streams)s::uuid[])
GROUP BY originator_id
HAVING count(*) < max(originator_version)
ORDER BY originator_id
