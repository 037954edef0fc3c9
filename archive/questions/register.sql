-- What was observed of each processing activity: the register without what was declared. Each part is counted by activity
-- before parts are joined, so few rows are moved.
WITH named AS (
  SELECT * FROM events WHERE activity IS NOT NULL
), observed AS (
  SELECT activity,
         count(*) AS events,
         min(occurred_at) AS first,
         max(occurred_at) AS last,
         sort_array(collect_set(legal_basis)) AS legal_bases,
         sort_array(collect_set(recipient)) AS recipients,
         sort_array(collect_set(CASE WHEN recipient IS NOT NULL THEN recipient_kind END)) AS recipient_kinds,
         sort_array(collect_set(CASE WHEN recipient IS NOT NULL THEN country END)) AS countries
  FROM named
  GROUP BY activity
), people AS (
  SELECT activity, count(DISTINCT CASE WHEN subject IS NULL THEN stream END) AS data_subjects
  FROM named
  GROUP BY activity
), concerned AS (
  SELECT activity, sort_array(collect_set(category)) AS categories
  FROM (
    SELECT activity, explode(categories) AS category FROM named
    UNION ALL
    SELECT DISTINCT activity, NULL FROM named -- also where no event touches a category
  ) each_category
  GROUP BY activity
)
SELECT activity, events, data_subjects, first, last, legal_bases, categories, recipients, recipient_kinds, countries
FROM observed
JOIN people USING (activity)
JOIN concerned USING (activity)
ORDER BY activity
