-- Annulments, and the events that they name: what is decided by the rules of annulment, in code. These are few, so Spark
-- sends their names to each executor, and reads all entries once.
WITH annulments AS (
  SELECT stream, source, id, annuls_source, annuls FROM segments WHERE name = 'event-annulled'
), wanted AS (
  SELECT stream, source, id FROM annulments
  UNION
  SELECT stream, coalesce(annuls_source, source), annuls FROM annulments
)
SELECT /*+ BROADCAST(wanted) */ entry FROM segments JOIN wanted USING (stream, source, id)
