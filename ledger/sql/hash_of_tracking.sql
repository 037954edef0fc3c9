-- Progress of the applications that are followed, by the columns of the hashes.
SELECT application_name, notification_id FROM tracking
