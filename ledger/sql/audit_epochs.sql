-- All epochs, oldest first. A time that no program could write, such as infinity, becomes the nearest one that it
-- could.
SELECT epoch,
       CASE WHEN started_at < '0001-01-01Z' THEN '0001-01-02Z' ELSE least(started_at, '9999-12-31Z') END,
       CASE WHEN retired_at IS NOT NULL THEN
           CASE WHEN retired_at < '0001-01-01Z' THEN '0001-01-02Z' ELSE least(retired_at, '9999-12-31Z') END END,
       mac
FROM epochs ORDER BY epoch
