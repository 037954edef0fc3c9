-- Answers that Kafka has. answers: bigint[].
DELETE FROM rejection_answers WHERE answer = ANY(%(answers)s)
