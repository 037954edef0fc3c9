-- What the head says.
SELECT position, batch FROM head
