-- Of each stream of which events were removed: the versions that are left, up to the last position that was pruned.
SELECT originator_id, array_agg(originator_version) FROM events
WHERE notification_id <= (SELECT max(through) FROM prunings)
GROUP BY originator_id
HAVING count(*) < max(originator_version)
