-- Which of these events are recorded. sources, ids: text[], pairwise.
SELECT source, id, fingerprint, fingerprint_key
FROM event_ids JOIN unnest(%(sources)s::text[], %(ids)s::text[]) AS wanted (source, id)
    USING (source, id)
