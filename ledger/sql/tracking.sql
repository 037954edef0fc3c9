-- Progress of a followed application. application: its name.
SELECT notification_id FROM tracking WHERE application_name = %(application)s
