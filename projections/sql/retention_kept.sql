-- From what retention is answered, stream by stream: observations of the register, what is held and on hold,
-- and findings that a period has passed. rule: of those findings. clock: what is due later does not count.
SELECT stream, 'observed' AS kind, subkey, state FROM {views}.processing_register WHERE subkey = 'observed'
UNION ALL
SELECT stream, 'judged', subkey, state FROM {views}.findings WHERE subkey IN ('dossier', 'traces')
UNION ALL
SELECT stream, 'passed', subkey, state FROM {views}.findings_entries
WHERE rule = %(rule)s AND (due IS NULL OR due <= %(clock)s)
ORDER BY stream
