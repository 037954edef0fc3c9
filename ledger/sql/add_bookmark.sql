-- Begin with a new partition.
-- topic, partition, cluster_id, topic_id, start: the first offset to read. mac: hash of the row.
INSERT INTO bookmarks (topic, partition, cluster_id, topic_id, next_offset, mac)
VALUES (%(topic)s, %(partition)s, %(cluster_id)s, %(topic_id)s, %(start)s, %(mac)s)
