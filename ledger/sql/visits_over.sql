-- Visits of which something is to be recorded: none was noted of them since `idle`, or they began by `begun`, or have at
-- least `most` looks. Each with whether all of it is: something was erased since it began, as notes name a person, or
-- its name begins with `ends`, if that is not null. label: of batches of erasures.
WITH waiting AS MATERIALIZED (
    SELECT visit, min(noted_at) AS began, max(noted_at) AS latest, count(*) AS looks
    FROM read_notes WHERE visit IS NOT NULL GROUP BY visit
), erasure AS MATERIALIZED (
    SELECT max(recorded_at) AS at FROM batches
    WHERE recorded_at >= (SELECT min(began) FROM waiting) AND topic = %(label)s
), judged AS (
    SELECT waiting.*, coalesce(began <= erasure.at, false) OR coalesce(visit ^@ %(ends)s, false) AS whole
    FROM waiting, erasure
)
SELECT visit, whole FROM judged
WHERE whole OR latest <= %(idle)s OR began <= %(begun)s OR looks >= %(most)s
ORDER BY began, visit
