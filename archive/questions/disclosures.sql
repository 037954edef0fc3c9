-- How often each recipient was given data, by quarter of Amsterdam's time and provision.
-- What an event does not say of the recipient, its type does; of a feed that does not say it, nobody does.
WITH natures(name, kind) AS (
  VALUES ('personal-data-disclosed', NULL),
         ('emergency-call-disclosed', 'emergency-services'),
         ('malicious-call-data-disclosed', 'subscriber'),
         ('bulk-feed-delivered', NULL),
         ('number-porting-performed', 'telecom-provider'),
         ('equipment-shipped', 'shipping')
)
SELECT coalesce(recipient, replace(subject, 'recipient/', '')) AS recipient,
       coalesce(recipient_kind, kind) AS recipient_kind,
       concat(year(occurred_on), '-Q', quarter(occurred_on)) AS quarter,
       provision,
       count(*) AS given
FROM events
JOIN natures USING (name)
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4 NULLS FIRST
