-- Begin with a new partition, unless another consumer just did.
-- topic, partition, cluster_id, topic_id, start: the first offset to read.
INSERT INTO bookmarks (topic, partition, cluster_id, topic_id, next_offset)
VALUES (%(topic)s, %(partition)s, %(cluster_id)s, %(topic_id)s, %(start)s)
ON CONFLICT (topic, partition) DO NOTHING
