-- The span and the counts of one write, with the hash over it; and wake the followers of the ledger, in one trip.
-- Listeners hear of it when the transaction commits. channel: text.
INSERT INTO batches (batch, topic, partition, start_offset, end_offset, first_position, last_position,
                     duplicates, dead_letters, recorded_at, erasures, promised, names, rows, sums, mac)
VALUES (%(batch)s, %(topic)s, %(partition)s, %(start)s, %(end)s, %(first)s, %(last)s,
        %(duplicates)s, %(dead_letters)s, %(recorded_at)s, %(erasures)s, %(promised)s, %(names)s, %(rows)s, %(sums)s,
        %(mac)s)
RETURNING pg_notify(%(channel)s, %(last)s::text)
