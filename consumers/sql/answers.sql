-- Answers that wait, oldest first. count: at most so many.
SELECT answer, payload FROM rejection_answers ORDER BY answer LIMIT %(count)s
