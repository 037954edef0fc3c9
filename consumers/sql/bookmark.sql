-- How far the ledger is with a partition. topic, partition.
SELECT cluster_id, topic_id, next_offset, last_record FROM bookmarks
WHERE topic = %(topic)s AND partition = %(partition)s
