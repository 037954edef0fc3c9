-- Which of some subjects were erased as a whole. subjects: uuid[].
SELECT subject FROM fences WHERE subject = ANY(%(subjects)s) AND category = 'reference'
