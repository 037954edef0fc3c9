-- Events of some streams that an annulment has named, no longer. streams: uuid[].
DELETE FROM {views}.named_events WHERE stream = ANY(%(streams)s::uuid[])
