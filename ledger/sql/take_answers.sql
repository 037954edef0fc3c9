-- Take all answers that wait, to put them there again.
DELETE FROM rejection_answers RETURNING answer, payload
