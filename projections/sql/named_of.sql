-- Events of some streams that an annulment has named. {named}. streams: uuid[].
SELECT stream, source, id FROM {named} WHERE stream = ANY(%(streams)s::uuid[])
