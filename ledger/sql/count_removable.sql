-- Of how many streams `remove_events` would remove something, and how many events. Its parameters.
WITH closed AS (
    SELECT originator_id, max(originator_version) AS last FROM events
    WHERE originator_id = ANY(%(streams)s::uuid[]) AND notification_id + 0 <= %(signed)s
    GROUP BY originator_id
)
SELECT count(DISTINCT originator_id), count(*) FROM events JOIN closed USING (originator_id)
WHERE originator_version < last AND notification_id + 0 <= %(through)s AND NOT topic = ANY(%(account)s::text[])
