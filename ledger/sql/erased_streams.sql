-- Streams that were erased in a prefix, and have no event between its end and another position. through: inclusive,
-- before: exclusive. type: of the event of an erasure.
SELECT DISTINCT originator_id FROM events AS erased
WHERE notification_id <= %(through)s AND topic = %(type)s AND NOT EXISTS (
    SELECT FROM events AS later
    WHERE later.originator_id = erased.originator_id
      AND later.notification_id > %(through)s AND later.notification_id < %(before)s
)
ORDER BY originator_id
