-- Annulments, and the events that they name: what is decided by the rules of annulment, in code. These are few, so Spark
-- sends their names to each executor. Entries, which are most of the bytes, are not read.
WITH annulments AS (
  SELECT stream, source, id, annuls_source, annuls FROM segments WHERE name = 'event-annulled'
), wanted AS (
  SELECT stream, source, id FROM annulments
  UNION
  SELECT stream, coalesce(annuls_source, source), annuls FROM annulments
)
SELECT /*+ BROADCAST(wanted) */
       position, stream, name, source, id, occurred_at, segments.annuls, segments.annuls_source
FROM segments
JOIN wanted USING (stream, source, id)
