-- How often consent was given, renewed, refused, withdrawn or declared invalid, by month and purpose.
SELECT concat(year(occurred_on), '-', lpad(CAST(month(occurred_on) AS string), 2, '0')) AS month,
       purpose,
       replace(name, 'consent-', '') AS act,
       count(*) AS acts,
       count(DISTINCT stream) AS data_subjects
FROM events
WHERE name IN ('consent-given', 'consent-renewed', 'consent-refused', 'consent-withdrawn', 'consent-invalidated')
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
