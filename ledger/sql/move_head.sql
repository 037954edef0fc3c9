-- New positions, one batch number, one recorded time that never goes back; and what the hash of the batch goes on from.
-- count: of events. erasures: how many. recorded_at: of events that were recorded before and come back; null: now.
UPDATE head
SET position = position + %(count)s, batch = batch + 1, erasures = erasures + %(erasures)s,
    recorded_at = greatest(recorded_at, coalesce(%(recorded_at)s::timestamptz, clock_timestamp()))
RETURNING position, batch, recorded_at, erasures,
    (SELECT mac FROM batches AS last WHERE last.batch = head.batch - 1),
    (SELECT sums FROM batches AS last WHERE last.batch = head.batch - 1),
    (SELECT coalesce(max(size), 0) FROM promises)
