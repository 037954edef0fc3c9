-- Wrapped keys of data subjects without events.
SELECT subject, category, generation, from_month, epoch, wrapped FROM data_keys
WHERE NOT EXISTS (SELECT FROM events WHERE originator_id = subject)
