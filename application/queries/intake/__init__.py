"""What came in, and what became of it: messages, sources, dead letters, gaps; and the contract."""
