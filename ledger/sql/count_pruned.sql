-- How many events are gone from the files of which something was pruned and that were erased, by the versions of what
-- is left. type: of the event of an erasure.
SELECT coalesce(sum(gone), 0) FROM (
    SELECT max(originator_version) - count(*) AS gone FROM events
    WHERE notification_id <= (SELECT max(through) FROM prunings)
    GROUP BY originator_id
    HAVING count(*) < max(originator_version) AND bool_or(topic = %(type)s)
) AS files
