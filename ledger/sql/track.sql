-- Move the progress of a followed application forward; no row when it would not. application, position. mac: hash of the row.
INSERT INTO tracking AS known (application_name, notification_id, mac)
VALUES (%(application)s, %(position)s, %(mac)s)
ON CONFLICT (application_name) DO UPDATE SET notification_id = EXCLUDED.notification_id, mac = EXCLUDED.mac
WHERE known.notification_id < EXCLUDED.notification_id
