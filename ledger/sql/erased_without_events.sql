-- Fences and tombstones of data subjects without events.
SELECT 'fence', subject, category FROM fences
WHERE NOT EXISTS (SELECT FROM events WHERE originator_id = subject)
UNION ALL
SELECT 'tombstone', subject, 'all' FROM tombstones
WHERE NOT EXISTS (SELECT FROM events WHERE originator_id = subject)
