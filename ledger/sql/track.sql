-- Move the progress of a followed application forward; no row when it would not. application, position.
INSERT INTO tracking AS known (application_name, notification_id) VALUES (%(application)s, %(position)s)
ON CONFLICT (application_name) DO UPDATE SET notification_id = EXCLUDED.notification_id
WHERE known.notification_id < EXCLUDED.notification_id
