-- What was observed of each processing activity: the register without what was declared.
WITH named AS (
  SELECT * FROM events WHERE activity IS NOT NULL
), concerned AS (
  SELECT activity, sort_array(collect_set(category)) AS categories
  FROM (
    SELECT activity, explode(categories) AS category FROM named
    UNION ALL
    SELECT DISTINCT activity, NULL FROM named -- also where no event touches a category
  ) each_category
  GROUP BY activity
)
SELECT activity,
       count(*) AS events,
       count(DISTINCT CASE WHEN subject IS NULL THEN stream END) AS data_subjects,
       min(occurred_at) AS first,
       max(occurred_at) AS last,
       sort_array(collect_set(legal_basis)) AS legal_bases,
       concerned.categories,
       sort_array(collect_set(recipient)) AS recipients,
       sort_array(collect_set(CASE WHEN recipient IS NOT NULL THEN recipient_kind END)) AS recipient_kinds,
       sort_array(collect_set(CASE WHEN recipient IS NOT NULL THEN country END)) AS countries
FROM named
JOIN concerned USING (activity)
GROUP BY activity, concerned.categories
ORDER BY activity
