-- Answers that wait for Kafka. payloads, macs (hashes of the rows): bytea[].
INSERT INTO rejection_answers (payload, mac)
SELECT payload, mac FROM unnest(%(payloads)s::bytea[], %(macs)s::bytea[]) AS answers (payload, mac)
