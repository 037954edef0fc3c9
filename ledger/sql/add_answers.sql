-- Answers that wait for Kafka. payloads: bytea[].
INSERT INTO rejection_answers (payload) SELECT unnest(%(payloads)s::bytea[])
