-- The row of the head.
SELECT position, batch FROM head
