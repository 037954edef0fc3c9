-- The whole subject index; times as in audit_epochs.
SELECT subject, reference_hmac, index_version, kind,
       CASE WHEN valid_from < '0001-01-01Z' THEN '0001-01-02Z' ELSE least(valid_from, '9999-12-31Z') END,
       sealed, mac
FROM subject_index ORDER BY subject
