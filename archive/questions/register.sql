-- What was observed of each processing activity: the register without what was declared. Events that say the same are
-- counted first; of these there are few, and sets are made of them alone. Data subjects are counted beside.
WITH named AS (
  SELECT * FROM events WHERE activity IS NOT NULL
), alike AS (
  SELECT activity, legal_basis, recipient, recipient_kind, country, categories,
         count(*) AS events, min(occurred_at) AS first, max(occurred_at) AS last
  FROM named
  GROUP BY 1, 2, 3, 4, 5, 6
), observed AS (
  SELECT activity,
         CAST(sum(events) AS bigint) AS events,
         min(first) AS first,
         max(last) AS last,
         sort_array(collect_set(legal_basis)) AS legal_bases,
         sort_array(array_distinct(flatten(collect_set(categories)))) AS categories,
         sort_array(collect_set(recipient)) AS recipients,
         sort_array(collect_set(CASE WHEN recipient IS NOT NULL THEN recipient_kind END)) AS recipient_kinds,
         sort_array(collect_set(CASE WHEN recipient IS NOT NULL THEN country END)) AS countries
  FROM alike
  GROUP BY activity
), people AS (
  SELECT activity, count(DISTINCT CASE WHEN subject IS NULL THEN stream END) AS data_subjects
  FROM named
  GROUP BY activity
)
SELECT activity, events, data_subjects, first, last, legal_bases, categories, recipients, recipient_kinds, countries
FROM observed
JOIN people USING (activity)
ORDER BY activity
