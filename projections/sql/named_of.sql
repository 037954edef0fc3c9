-- Events of some streams that an annulment has named. streams: uuid[].
SELECT stream, source, id FROM {views}.named_events WHERE stream = ANY(%(streams)s::uuid[])
