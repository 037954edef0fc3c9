-- First and last positions of the batches of a label, in order. label.
SELECT first_position, last_position FROM batches
WHERE topic = %(label)s AND last_position >= first_position ORDER BY first_position
