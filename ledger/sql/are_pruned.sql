-- Whether events of one of some streams were pruned: there are fewer than the last one counts. streams: uuid[].
SELECT EXISTS (
    SELECT FROM events
    WHERE originator_id = ANY(%(streams)s::uuid[])
    GROUP BY originator_id
    HAVING count(*) < max(originator_version)
)
