-- How many events are gone from files of a prefix, whose persons were erased as a whole: between the versions of what is
-- left, and before the first one that is left behind it. through: inclusive. type: of the event of an erasure.
SELECT coalesce(sum(gone), 0) FROM (
    SELECT coalesce(
               min(originator_version) FILTER (WHERE notification_id > %(through)s) - 1, max(originator_version)
           ) - count(*) FILTER (WHERE notification_id <= %(through)s) AS gone
    FROM events
    GROUP BY originator_id
    HAVING count(*) < max(originator_version) AND bool_or(topic = %(type)s)
       AND EXISTS (SELECT FROM fences WHERE subject = originator_id AND category = 'reference')
) AS files
