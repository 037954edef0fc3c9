-- Remove the events of closed files up to a position, but for the account of the erasure, and the last event, which says
-- the version that comes next. streams: uuid[]. through, signed: inclusive; signed: up to where an event is the last one.
-- account: text[], types.
WITH closed AS (
    SELECT originator_id, max(originator_version) AS last FROM events
    WHERE originator_id = ANY(%(streams)s::uuid[]) AND notification_id + 0 <= %(signed)s
    GROUP BY originator_id
)
DELETE FROM events USING closed
WHERE events.originator_id = closed.originator_id AND originator_version < last
  AND notification_id + 0 <= %(through)s AND NOT topic = ANY(%(account)s::text[])
