"""Exit statuses, the same of every command.

0 fine · 1 the answer is bad news · 2 wrong usage or configuration · 3 a needed service is away
"""

FINE, BAD_NEWS, WRONG, AWAY, INTERRUPTED = 0, 1, 2, 3, 130
