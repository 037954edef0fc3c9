-- New positions, one batch number, one recorded time that never goes back. count: of events. erasures: 0 or 1.
UPDATE head
SET position = position + %(count)s, batch = batch + 1, erasures = erasures + %(erasures)s,
    recorded_at = greatest(recorded_at, clock_timestamp())
RETURNING position, batch, recorded_at
