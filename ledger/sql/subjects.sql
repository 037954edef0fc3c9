-- The data subjects of some kinds that are not erased. kinds: text[].
SELECT subject FROM subject_index WHERE kind = ANY(%(kinds)s) ORDER BY subject
