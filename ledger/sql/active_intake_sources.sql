-- Named sources that a topic had something of lately, and whether each is quarantined. topic, since.
SELECT source, quarantined_at IS NOT NULL FROM intake_sources
WHERE topic = %(topic)s AND source <> '' AND seen_at >= %(since)s
