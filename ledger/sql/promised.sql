-- The tree that each log of this ledger promised last.
SELECT origin, size, root FROM promises ORDER BY origin
