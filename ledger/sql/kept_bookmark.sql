-- How far the ledger is with a partition, and what it counted of the topic; that is null where it counted nothing.
-- topic, partition.
SELECT cluster_id, topic_id, next_offset, last_record, messages, rejections, halted_at
FROM bookmarks LEFT JOIN intake_windows ON intake_windows.topic = bookmarks.topic
WHERE bookmarks.topic = %(topic)s AND partition = %(partition)s
