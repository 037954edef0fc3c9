-- Every prefix that the database says was pruned, in order.
SELECT through FROM prunings ORDER BY through
