-- The tree that each log of this ledger promised last, and what all that it signed comes to.
SELECT origin, size, root, history FROM promises
