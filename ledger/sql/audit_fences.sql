-- The fences of some subjects; times as in audit_epochs. subjects: uuid[].
SELECT subject, category, generation,
       CASE WHEN erased_through < '0001-01-01Z' THEN '0001-01-02Z' ELSE least(erased_through, '9999-12-31Z') END,
       mac
FROM fences WHERE subject = ANY(%(subjects)s)
