-- Whether events of one of some streams were pruned: there are fewer than the last one that is left counts. streams: uuid[].
SELECT EXISTS (
    SELECT FROM events
    WHERE originator_id = ANY(%(streams)s::uuid[])
      AND notification_id + 0 <= (SELECT max(through) FROM prunings)
    GROUP BY originator_id
    HAVING count(*) < max(originator_version)
)
