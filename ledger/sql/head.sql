-- Position of the last recorded event, and how many erasures there have been.
SELECT position, erasures FROM head
