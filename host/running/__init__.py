"""Commands that keep running: their parts, what can be seen of them from outside, what is due meanwhile."""
