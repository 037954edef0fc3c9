-- Keep dead letters that are not known. Arrays of the same length, one a column. mac: hash of the row.
INSERT INTO dead_letters (letter, code, pointer, event_type, source, id, topic, partition, record_offset,
                          mode, day, sealed, subject_hmac, times, first_seen, last_seen, mac)
SELECT * FROM unnest(
    %(letter)s::bytea[], %(code)s::text[], %(pointer)s::text[], %(event_type)s::text[], %(source)s::text[],
    %(id)s::text[], %(topic)s::text[], %(partition)s::integer[], %(record_offset)s::bigint[], %(mode)s::text[],
    %(day)s::date[], %(sealed)s::bytea[], %(subject_hmac)s::bytea[], %(times)s::integer[],
    %(first_seen)s::timestamptz[], %(last_seen)s::timestamptz[], %(mac)s::bytea[]
)
