-- Highest version of each stream. streams: uuid[].
SELECT stream, latest.version
FROM unnest(%(streams)s::uuid[]) AS stream
CROSS JOIN LATERAL (
    SELECT originator_version AS version FROM events
    WHERE originator_id = stream ORDER BY originator_version DESC LIMIT 1
) AS latest
