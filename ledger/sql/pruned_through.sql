-- The last position that was pruned; 0 where nothing was.
SELECT coalesce(max(through), 0) FROM prunings
