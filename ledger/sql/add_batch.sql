-- What came in with one write and what became of it.
INSERT INTO batches (batch, topic, partition, start_offset, end_offset, first_position, last_position,
                     duplicates, dead_letters, recorded_at)
VALUES (%(batch)s, %(topic)s, %(partition)s, %(start)s, %(end)s, %(first)s, %(last)s,
        %(duplicates)s, %(dead_letters)s, %(recorded_at)s)
