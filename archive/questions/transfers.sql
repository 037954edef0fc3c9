-- Where data was given to outside the Netherlands, as the events say, by year and mechanism.
SELECT country,
       year(occurred_on) AS year,
       transfer_mechanism,
       count(*) AS given,
       count(DISTINCT CASE WHEN subject IS NULL THEN stream END) AS data_subjects,
       sort_array(collect_set(recipient)) AS recipients
FROM events
WHERE recipient IS NOT NULL AND country <> 'NL'
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3 NULLS FIRST
