-- Progress of the applications that are followed, by the columns of the hashes, and those.
SELECT application_name, notification_id, mac FROM tracking ORDER BY application_name
