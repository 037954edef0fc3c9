-- Answers that wait, by the columns of their hashes, and those.
SELECT payload, mac FROM rejection_answers ORDER BY answer
