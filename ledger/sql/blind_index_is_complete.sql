-- The marker vanishes with the rows.
SELECT one FROM blind_index_complete
