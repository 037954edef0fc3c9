-- The tombstones of some subjects; times as in audit_epochs. subjects: uuid[].
SELECT subject, reference_hmac, index_version, kind,
       CASE WHEN valid_from < '0001-01-01Z' THEN '0001-01-02Z' ELSE least(valid_from, '9999-12-31Z') END,
       CASE WHEN erased_through < '0001-01-01Z' THEN '0001-01-02Z' ELSE least(erased_through, '9999-12-31Z') END,
       CASE WHEN keep_until < '0001-01-01Z' THEN '0001-01-02Z' ELSE least(keep_until, '9999-12-31Z') END,
       mac
FROM tombstones WHERE subject = ANY(%(subjects)s)
