-- Compare-and-set on all columns of the bookmark that were read. The events recorded before the gap say nothing about
-- the record before the new place. No row: it moved meanwhile.
-- topic, partition, cluster_id, former_topic_id, start: as they were read; topic_id, end: from now on.
-- mac: hash of the row as it is afterwards.
UPDATE bookmarks SET topic_id = %(topic_id)s, next_offset = %(end)s, last_record = NULL, mac = %(mac)s
WHERE topic = %(topic)s AND partition = %(partition)s AND next_offset = %(start)s
  AND cluster_id = %(cluster_id)s AND topic_id = %(former_topic_id)s
