-- Hashes of what was pruned, 256 to a row, after a position. position: exclusive. count: of rows at most.
SELECT first_position, hashes FROM pruned_leaves WHERE first_position > %(position)s ORDER BY first_position LIMIT %(count)s
