-- Remove the names of events that were removed. positions: bigint[].
DELETE FROM event_ids WHERE position = ANY(%(positions)s::bigint[])
