-- Streams that were erased, and of which between the end of a prefix and another position there is nothing but the account
-- of an erasure. through, signed: inclusive; signed: up to where erasures count. before: exclusive. type: of the event of
-- an erasure. account: text[], types.
SELECT DISTINCT originator_id FROM events AS erased
WHERE notification_id <= %(signed)s AND topic = %(type)s AND NOT EXISTS (
    SELECT FROM events AS later
    WHERE later.originator_id = erased.originator_id AND NOT later.topic = ANY(%(account)s::text[])
      AND later.notification_id > %(through)s AND later.notification_id < %(before)s
)
ORDER BY originator_id
