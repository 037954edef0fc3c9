-- How many events are gone from files of what was pruned last, whose persons were erased as a whole: between the versions
-- of what is left, and before the first one that is left behind it. type: of the event of an erasure.
SELECT coalesce(sum(gone), 0) FROM (
    SELECT coalesce(min(originator_version) FILTER (WHERE notification_id > through) - 1, max(originator_version))
           - count(*) FILTER (WHERE notification_id <= through) AS gone
    FROM events, (SELECT max(through) AS through FROM prunings) AS pruned
    GROUP BY originator_id
    HAVING count(*) < max(originator_version) AND bool_or(topic = %(type)s)
       AND EXISTS (SELECT FROM fences WHERE subject = originator_id AND category = 'reference')
) AS files
