-- How many findings of each rule count. clock: what is due later does not. rules: text[].
SELECT wanted.rule, at_once.count + due.count
FROM unnest(%(rules)s::text[]) AS wanted (rule)
CROSS JOIN LATERAL (
    SELECT count(*)::float8 AS count FROM {views}.findings_entries
    WHERE rule = wanted.rule AND due IS NULL
) AS at_once
CROSS JOIN LATERAL (
    SELECT count(*)::float8 AS count FROM {views}.findings_entries
    WHERE rule = wanted.rule AND due <= %(clock)s
) AS due
