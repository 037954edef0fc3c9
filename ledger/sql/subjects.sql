-- Everyone of some kinds who is not erased. kinds: text[].
SELECT subject FROM subject_index WHERE kind = ANY(%(kinds)s) ORDER BY subject
