-- Positions of events that end the account of an erasure, of which an earlier event is gone. An account is a decision and
-- what was destroyed after it, one version of the stream after the other. decided: type of the event of a decision.
SELECT last.notification_id
FROM event_ids JOIN events AS last ON last.notification_id = position
LEFT JOIN LATERAL (
    SELECT max(originator_version) AS version FROM events
    WHERE originator_id = last.originator_id AND originator_version < last.originator_version AND topic = %(decided)s
) AS decided ON true
WHERE erasure IS NOT NULL AND (decided.version IS NULL OR last.originator_version - decided.version <> (
    SELECT count(*) FROM events
    WHERE originator_id = last.originator_id AND originator_version > decided.version
      AND originator_version <= last.originator_version
))
ORDER BY last.notification_id
