-- Annulments, and the events that they name: what is decided by the rules of annulment, in code.
WITH annulments AS (
  SELECT stream, coalesce(annuls_source, source) AS source, annuls AS id
  FROM segments WHERE name = 'event-annulled'
)
SELECT entry FROM segments WHERE name = 'event-annulled'
UNION
SELECT entry FROM segments JOIN annulments USING (stream, source, id)
